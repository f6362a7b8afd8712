"""Lets the PyPI clients `jira` and `atlassian-python-api` do what our targets do.

Takes one argument, JSON: where the stand-ins are, who signs in, whose account it is about and what is
written to it (`clients.rs` makes it). Every request carries the header `X-Topic` with the client's name
and what it is about; by it the stand-ins' logs are sorted. An answer that refuses is part of what is
compared, so it does not end the script; every other error does.

Left out is what our targets do not do (avatars, groups, the creation of accounts), and what a client has
no method for: `clients.rs` lists it.
"""

import json
import sys
from importlib.metadata import version

from atlassian import Confluence, Jira
from jira import JIRA, JIRAError
from requests import HTTPError


class Telling:
    """A client that tells with each request what it is about."""

    def __init__(self, name, session):
        self.name = name
        self.session = session

    def do(self, topic, call):
        self.session.headers["X-Topic"] = f"{self.name}: {topic}"
        try:
            call()
        except (HTTPError, JIRAError) as refused:
            print(f"{self.name}: {topic}: {refused}")
        finally:
            del self.session.headers["X-Topic"]


class Mended(Jira):
    """`atlassian.Jira` with forms sent as forms: the release writes JSON under their content type."""

    def post(self, path, data=None, headers=None):
        url = self.url_joiner(self.url, path)
        return self._session.post(url, data=data, headers=headers, allow_redirects=False)


def by_jira(site, person):
    """The package `jira`."""
    signed = JIRA(site["url"], basic_auth=(site["username"], site["password"]), max_retries=0)
    telling = Telling("jira", signed._session)
    telling.do("server", signed.server_info)
    telling.do("who am I", signed.myself)
    telling.do("permissions", signed.my_permissions)
    telling.do("user by name", lambda: signed.user(person["name"]))
    everybody = {"maxResults": 1000, "includeActive": True, "includeInactive": True}
    telling.do("user by e-mail", lambda: signed.search_users(person["email"], **everybody))
    telling.do("everybody", lambda: signed.search_users(".", **everybody))
    user = signed.user(person["name"])
    changed = {"emailAddress": person["new_email"], "displayName": person["new_name"]}
    telling.do("name and e-mail", lambda: user.update(changed))
    # Of the client's own code; its public callers go on to pages that are not about users.
    telling.do("password again", lambda: signed._gain_sudo_session({}, person["page"]))
    by_token = JIRA(site["url"], token_auth=site["token"], max_retries=0)
    Telling("jira", by_token._session).do("who am I, by token", by_token.myself)


def by_atlassian(site, person):
    """`atlassian.Jira`."""
    signed = Jira(site["url"], username=site["username"], password=site["password"])
    telling = Telling("atlassian-python-api", signed._session)
    telling.do("server", signed.get_server_info)
    telling.do("who am I", signed.myself)
    telling.do("permissions", lambda: signed.get_permissions("ADMINISTER"))
    telling.do("user by name", lambda: signed.user(username=person["name"]))
    telling.do("user by key", lambda: signed.user(key=person["key"]))
    everybody = {"start": 0, "limit": 1000, "include_inactive_users": True}
    find = signed.user_find_by_user_string
    telling.do("user by e-mail", lambda: find(username=person["email"], **everybody))
    telling.do("everybody", lambda: find(username=".", **everybody))
    changed = {"emailAddress": person["new_email"], "displayName": person["new_name"]}
    telling.do("name and e-mail", lambda: signed.user_update(person["name"], changed))
    one = {"username": person["name"], "key_property": person["field"]}
    setting = {**one, "value_property": person["value"]}
    telling.do("set a property", lambda: signed.user_set_property(**setting))
    telling.do("read a property", lambda: signed.user_property(**one))
    telling.do("properties", lambda: signed.user_properties(person["name"]))
    telling.do("remove a property", lambda: signed.user_delete_property(**one))
    telling.do("password again", signed.user_get_websudo)
    mended = Mended(site["url"], username=site["username"], password=site["password"])

    def password_again():
        mended.user_get_websudo()
        mended.get(person["page"], not_json_response=True)

    Telling("atlassian-python-api", mended._session).do("password again, mended", password_again)
    by_token = Jira(site["url"], token=site["token"])
    Telling("atlassian-python-api", by_token._session).do("who am I, by token", by_token.myself)


def by_confluence(site, person):
    """`atlassian.Confluence`."""
    signed = Confluence(site["url"], username=site["username"], password=site["password"])
    telling = Telling("atlassian-python-api", signed._session)
    telling.do("who am I", signed.get_current_user)
    by_name, by_key = signed.get_user_details_by_username, signed.get_user_details_by_userkey
    telling.do("user by name", lambda: by_name(person["name"], expand="status"))
    telling.do("user by key", lambda: by_key(person["key"], expand="status"))
    by_token = Confluence(site["url"], token=site["token"])
    telling = Telling("atlassian-python-api", by_token._session)
    telling.do("who am I, by token", by_token.get_current_user)


def main():
    order = json.loads(sys.argv[1])
    for package in ("jira", "atlassian-python-api"):
        print(f"{package} {version(package)}")
    by_jira(order["jira"], order["jira_person"])
    by_atlassian(order["jira"], order["jira_person"])
    by_confluence(order["confluence"], order["confluence_person"])


main()
