"""The vault: nothing in it can be read without the keys, and what was erased stays erased."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.serving import drawer
from phivet.serving.keys import Keys, MasterKeyError
from phivet.serving.sealed import CHUNK, SealedFile, plain
from phivet.serving.vault import ErasedError, Vault, VaultError, Why

MARK = b"Zzyzxova"
KEY, OTHER = Keys(bytes(32)), Keys(bytes([1] * 32))


def vault_in(folder: Path, keys: Keys = KEY) -> Vault:
    return Vault(folder / "files", folder / "keys", keys)


def filled(vault: Vault, *contents: bytes) -> str:
    return vault.fill({f"{MARK.decode()}-{number}.txt": content for number, content in enumerate(contents, 1)})[0]


def written(folder: Path) -> bytes:
    return b"".join(str(path).encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file())


def read(vault: Vault, name: str) -> list[bytes]:
    with vault.files(name) as files:
        contents = []
        for file in files:
            with open(file.open(), "rb") as opened:  # noqa: PTH123 it is a descriptor
                contents.append(opened.read())
    return contents


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_written_is_read_whatever_its_size(tmp_path: Path, size: int) -> None:
    content = (MARK * (size // len(MARK) + 1))[:size]
    vault = vault_in(tmp_path)
    name = filled(vault, content, b"second")
    assert read(vault, name) == [content, b"second"]
    assert [entry.name for entry in vault.entries(name)] == ["Zzyzxova-1.txt", "Zzyzxova-2.txt"]
    assert MARK not in written(tmp_path)


def test_a_file_that_was_changed_moved_or_cut_is_corrupt_not_wrong(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    name = filled(vault, MARK * CHUNK, b"x" * len(MARK) * CHUNK)
    first, second = (tmp_path / "files" / name[:2] / name / number for number in ("1", "2"))
    whole = first.read_bytes()
    chunk = CHUNK + 16
    for changed in (
        whole[:-1],
        whole[: -chunk - 8],
        whole[:24] + whole[24 + chunk :],
        whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
        second.read_bytes(),
        b"",
    ):
        first.write_bytes(changed)
        with pytest.raises(UnreadableError) as error:
            read(vault, name)
        assert error.value.reason is Unread.CORRUPT


def test_one_case_cannot_be_read_by_anothers_key_nor_by_another_master_key(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    one, two = filled(vault, b"one"), filled(vault, b"two")
    for kind in ("files", "keys"):
        paths = [tmp_path / kind / name[:2] / name for name in (one, two)]
        paths[0].rename(tmp_path / "aside")
        paths[1].rename(paths[0])
        with pytest.raises((VaultError, UnreadableError)):
            read(vault, one)
        paths[0].rename(paths[1])
        (tmp_path / "aside").rename(paths[0])
    assert read(vault, one) == [b"one"]
    with pytest.raises(VaultError, match="another master key"):
        read(vault_in(tmp_path, OTHER), one)


def test_texts_are_sealed_too(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    name = filled(vault)
    sealed = vault.seal(name, MARK)
    assert MARK not in sealed and vault.unseal(name, sealed) == MARK
    with pytest.raises(UnreadableError):
        vault.unseal(name, sealed[:-1] + b"x")


def test_what_is_erased_is_unreadable_even_when_a_backup_of_all_but_the_list_is_restored(tmp_path: Path) -> None:
    vault = vault_in(tmp_path / "live")
    name, kept = filled(vault, MARK), filled(vault, b"kept")
    shutil.copytree(tmp_path / "live", tmp_path / "backup")
    vault.erase(name, Why.REQUEST)
    with pytest.raises(ErasedError):
        read(vault, name)
    erased = (tmp_path / "live" / "keys" / "erased").read_bytes()
    shutil.rmtree(tmp_path / "live")
    shutil.copytree(tmp_path / "backup", tmp_path / "live")  # even the keys, which ought not to be in a backup
    (tmp_path / "live" / "keys" / "erased").write_bytes(erased)
    restored = vault_in(tmp_path / "live")
    assert restored.replay() == {name: Why.REQUEST}
    with pytest.raises(ErasedError):
        read(restored, name)
    assert read(restored, kept) == [b"kept"]
    assert name not in written(tmp_path / "live" / "files").decode("latin-1")


def test_the_list_of_erasures_cannot_be_changed_unnoticed_but_may_break_off(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    names = [filled(vault) for _ in range(3)]
    for name in names[:2]:
        vault.erase(name, Why.PURGE)
    path = tmp_path / "keys" / "erased"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines)[:-7])
    assert list(vault.replay()) == names[:1]
    path.write_text(lines[0].replace("purge", "request") + lines[1])
    with pytest.raises(VaultError, match="was changed"):
        vault.replay()


@pytest.mark.parametrize("torn", [b"0123456789abcdef 17", b"\0" * 64, b"\xff\xfe"])
def test_a_line_that_was_torn_by_a_power_cut_harms_no_other(tmp_path: Path, torn: bytes) -> None:
    vault = vault_in(tmp_path)
    names = [filled(vault) for _ in range(3)]
    vault.erase(names[0], Why.PURGE)
    with (tmp_path / "keys" / "erased").open("ab") as file:
        file.write(torn)
    assert list(vault.replay()) == names[:1]
    for name in names[1:]:
        vault.erase(name, Why.REQUEST)
    assert list(vault.replay()) == names


def test_a_full_disk_erases_nothing_and_leaves_the_list_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = vault_in(tmp_path)
    first, second = filled(vault, b"one"), filled(vault, b"two")
    vault.erase(first, Why.PURGE)
    write, room = os.write, [20]

    def into_little_room(descriptor: int, data: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, bytes(data)[: room.pop()])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", into_little_room)
        with pytest.raises(OSError, match="No space"):
            vault.erase(second, Why.REQUEST)
    assert read(vault, second) == [b"two"] and list(vault.replay()) == [first]
    vault.erase(second, Why.REQUEST)
    assert list(vault.replay()) == [first, second]


def test_every_folder_on_the_way_to_a_key_and_to_its_files_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = vault_in(tmp_path)
    synced: set[Path] = set()
    monkeypatch.setattr("phivet.serving.vault.sync_folder", synced.add)
    name = filled(vault, b"x")
    files, keys = tmp_path / "files", tmp_path / "keys"
    assert {files, files / name[:2], files / name[:2] / name, keys} <= synced
    vault.erase(name, Why.PURGE)
    assert keys / name[:2] in synced


def test_files_are_decrypted_into_memory_or_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = vault_in(tmp_path / "vault")
    name = filled(vault, b"a" * 100, b"b" * 100, b"c" * 300)
    monkeypatch.setattr(drawer, "MEMORY", 250)
    monkeypatch.setattr(drawer.tempfile, "tempdir", str(tmp_path))
    with vault.files(name) as files:
        for _ in range(2):
            for file, size in zip(files, (100, 100, 300), strict=True):
                with open(file.open(), "rb") as opened:  # noqa: PTH123 it is a descriptor
                    assert len(opened.read()) == size
        assert [path.name for path in tmp_path.iterdir()] == ["vault"]


def test_an_upload_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    file = SealedFile(tmp_path / "x", bytes(32), "x")
    file.write(MARK)
    file.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UnreadableError):
        list(plain(tmp_path / "x", bytes(32), "x"))


def test_the_master_key_comes_from_the_environment_a_file_or_is_made(tmp_path: Path) -> None:
    import base64

    text = base64.b64encode(bytes(range(32))).decode()
    assert Keys.read(tmp_path, {"PHIVET_MASTER_KEY": text}).master == bytes(range(32))
    (tmp_path / "k").write_text(text + "\n")
    assert Keys.read(tmp_path, {"PHIVET_MASTER_KEY_FILE": str(tmp_path / "k")}).master == bytes(range(32))
    with pytest.raises(MasterKeyError):
        Keys.read(tmp_path / "new", {})
    made = Keys.read(tmp_path / "new", {}, make=True)
    assert made == Keys.read(tmp_path / "new", {}) and made.master not in repr(made).encode()
    assert (tmp_path / "new" / "master.key").stat().st_mode & 0o077 == 0
    for wrong in ("x", "AAAA", "not base64 at all!"):
        with pytest.raises(MasterKeyError):
            Keys.read(tmp_path, {"PHIVET_MASTER_KEY": wrong})
    with pytest.raises(MasterKeyError):
        Keys.read(tmp_path, {"PHIVET_MASTER_KEY_FILE": str(tmp_path / "none")})


def test_keys_for_different_purposes_have_nothing_to_do_with_each_other() -> None:
    assert len({KEY.derived(purpose) for purpose in ("a", "b", "c")}) == 3 and KEY.derived("a") != OTHER.derived("a")
