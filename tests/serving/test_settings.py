"""What an operator may set, and what is refused at start."""

import resource

import pytest

from phivet.serving.settings import SettingError, Settings


def test_every_bound_can_be_set_by_the_environment() -> None:
    settings = Settings.from_environment({"PHIVET_UPLOAD_BYTES": "1000", "PHIVET_SCANS": " 3 ", "PHIVET_WORKERS": ""})
    assert (settings.upload_bytes, settings.scans, settings.workers) == (1000, 3, 1)


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "1e9", "٣"])
def test_a_value_that_is_no_number_is_refused_with_the_variable(value: str) -> None:
    with pytest.raises(SettingError, match="PHIVET_UPLOAD_FILES must be a whole number of at least 1"):
        Settings.from_environment({"PHIVET_UPLOAD_FILES": value})


def test_more_uploads_than_the_process_may_hold_open_are_refused_at_start() -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if limit == resource.RLIM_INFINITY:
        pytest.skip("this machine allows any number of open files")
    with pytest.raises(SettingError, match="open files"):
        Settings(upload_files=limit)
