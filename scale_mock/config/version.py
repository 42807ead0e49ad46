"""The package's version, for whoever writes it down: files, headers, refusals."""

VERSION = "0.1.0"
