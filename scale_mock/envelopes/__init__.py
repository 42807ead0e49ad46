"""Scale's JSON: objects, lists and errors as the wire spells them, both directions."""
