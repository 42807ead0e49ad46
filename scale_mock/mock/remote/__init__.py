"""A world that lives elsewhere: everything a test does with one, over the control API of a server.

Read it in this order: `address` (where), `line` (the connection), `wire` (values as JSON), `calls`
(what can be asked for), `desk` (the server's side), `handles` and `mock` (the test's side),
`forwarding` (code that calls Scale in this process), `platform` (a server that is no mock),
`traffic` (whether replies have the shape that the documents describe).
"""
