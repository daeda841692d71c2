"""Sentences by rule, for what nobody has described yet."""

from __future__ import annotations

from collections.abc import Mapping

_PLAIN = {
    "create": "Create", "update": "Change", "delete": "Delete", "list": "List", "get": "Get",
    "remove": "Remove", "add": "Add", "watch": "Watch", "stream": "Follow", "request": "Ask for",
}  # fmt: skip
_HTTP = {"GET": "Get", "POST": "Create", "PUT": "Set", "PATCH": "Change", "DELETE": "Delete"}
_CAPITALS = {
    "acl": "ACL", "ai": "AI", "api": "API", "aws": "AWS", "id": "ID", "ids": "IDs", "idp": "IdP",
    "mcp": "MCP", "oauth2": "OAuth2", "oidc": "OIDC", "pty": "PTY", "scim": "SCIM", "ssh": "SSH",
    "ttl": "TTL", "uri": "URI", "url": "URL", "uuid": "UUID", "daus": "daily active users",
}  # fmt: skip


def words(name: str) -> str:
    """Spell a name as words: `avatar_url` is `avatar URL`."""
    return " ".join(_CAPITALS.get(part, part) for part in name.strip("_").split("_"))


def title(name: str) -> str:
    """Spell a name as a class: `git_ssh_keys` is `GitSSHKeys`."""
    parts = (_CAPITALS.get(part, part) for part in name.split("_"))
    return "".join(part[:1].upper() + part[1:] for part in parts)


def singular(text: str) -> str:
    """One of several."""
    if text.endswith("ies"):
        return f"{text[:-3]}y"
    if text.endswith(("sses", "xes")):
        return text[:-2]
    return text[:-1] if text.endswith("s") and not text.endswith("ss") else text


def effect(verb: str, name: str, *, returns_list: bool = False) -> str:
    """Say what a method does, from the verb of HTTP and its name.

    Args:
        verb: `GET`, `POST`, ...
        name: `resource.method`.
        returns_list: Whether it gives several.

    Returns:
        A sentence such as `Create a provisioner key.`
    """
    resource, _, method = name.rpartition(".")
    noun = words(resource or method)
    head, _, rest = method.partition("_")
    if returns_list or method == "list":
        return f"List {noun if method == 'list' else words(method)}."
    if not resource:
        return f"{_HTTP.get(verb, 'Call')} {words(method)}."
    if method in _PLAIN:
        return f"{_PLAIN[method]} {_article(singular(noun))}."
    if head in _PLAIN and rest:
        of = "" if rest.startswith(("by_", "in_", "for_")) else f" of {_article(singular(noun))}"
        thing = f"{_article(singular(noun))} {words(rest)}" if not of else f"{words(rest)}{of}"
        return f"{_PLAIN[head]} {thing}."
    if verb == "GET":
        return f"Get {words(method)} of {_article(singular(noun))}."
    return f"{words(method).capitalize()} {_article(singular(noun))}."


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


def until(names: Mapping[str, str]) -> str:
    """Name things, each with the last release that had it."""
    items = [f"`{name}` (until {release})" for name, release in sorted(names.items())]
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
