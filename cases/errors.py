"""Every error that phivet raises on purpose.

    PhivetError
    ├── CaseError                 the input is no case
    │   ├── CaseNotFoundError     there is nothing at this path
    │   └── CaseTooLargeError     more files or bytes than the limits allow
    ├── UnreadableError           one file, frame or page could not be looked at: a reason from `coverage.Unread`
    ├── PolicyError               a policy file is wrong: says in which line
    │   └── UnknownPolicyError    no policy has this name
    └── in `serving`: SettingError (settings.py), ServeError (serve.py), ClientError (client.py),
                      MasterKeyError (keys.py), StoreError (store.py), VaultError and ErasedError (vault.py),
                      AuditError (audit.py), UserError (users.py)

Messages never hold patient text: no value, no note, no file name of a case's content.
"""

from phivet.cases.coverage import Unread


class PhivetError(Exception):
    """The root of the tree."""


class CaseError(PhivetError):
    """The input is no case."""


class CaseNotFoundError(CaseError):
    """There is nothing at this path, or it may not be opened."""


class CaseTooLargeError(CaseError):
    """The case holds more files or bytes than the limits allow."""


class UnreadableError(PhivetError):
    """One file, frame or page could not be looked at; becomes an entry in `not_scanned`, never stops the case."""

    def __init__(self, reason: Unread) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PolicyError(PhivetError):
    """A policy file is wrong."""


class UnknownPolicyError(PolicyError):
    """No policy has this name."""
