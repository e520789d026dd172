"""The one vocabulary of what identifies a person, for every detector and policy."""

from enum import StrEnum


class Category(StrEnum):
    """What a finding is. `study_key` is a non-personal research identifier; `other` identifies in some other way."""

    NAME = "name"
    INITIALS = "initials"
    RELATIVE_NAME = "relative_name"
    CLINICIAN_NAME = "clinician_name"
    DATE_OF_BIRTH = "date_of_birth"
    STUDY_DATE = "study_date"
    DATE = "date"
    AGE_OVER_89 = "age_over_89"
    ADDRESS = "address"
    POSTCODE = "postcode"
    PLACE = "place"
    FACILITY = "facility"
    PHONE = "phone"
    FAX = "fax"
    EMAIL = "email"
    URL = "url"
    IP_ADDRESS = "ip_address"
    RECORD_NUMBER = "record_number"
    ACCOUNT_NUMBER = "account_number"
    LICENCE_NUMBER = "licence_number"
    DEVICE_SERIAL = "device_serial"
    VEHICLE = "vehicle"
    BIOMETRIC = "biometric"
    FACE = "face"
    SOCIAL_HANDLE = "social_handle"
    OCCUPATION = "occupation"
    ORGANISATION = "organisation"
    EVENT = "event"
    UNIQUENESS = "uniqueness"
    UNREADABLE_TEXT = "unreadable_text"
    STUDY_KEY = "study_key"
    OTHER = "other"


REVIEWED_AT_MOST = frozenset({Category.UNIQUENESS, Category.BIOMETRIC, Category.UNREADABLE_TEXT, Category.OTHER})
"""Categories that lead to review in every policy, never to block."""
