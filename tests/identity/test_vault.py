"""vault.py: a key that is safe, files that only its holder reads, pseudonyms that cannot be tried out without it."""

import base64
import hashlib
import hmac
import stat

import pandas as pd
import pytest

from helpers import paths, tables
from helpers.errors import UserError
from helpers.identity import vault

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    file = tmp_path / "elsewhere" / "vault.key"
    monkeypatch.delenv("WORKBOOK_VAULT_KEY", raising=False)
    monkeypatch.setenv("WORKBOOK_VAULT_KEY_FILE", str(file))
    return file


def test_the_first_use_makes_a_key_that_only_its_owner_can_read(home, key_file):
    first = vault.key()
    assert len(first) == 32
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert vault.key() == first
    assert [f.name for f in key_file.parent.iterdir()] == ["vault.key"]


def test_the_environment_comes_before_the_file(home, key_file, monkeypatch):
    monkeypatch.setenv("WORKBOOK_VAULT_KEY", KEY)
    assert vault.key() == bytes(range(32))
    assert not key_file.exists()


@pytest.mark.parametrize("written", ["", "abc", "?" * 44, base64.b64encode(b"short").decode()])
def test_what_is_no_key_is_said_without_showing_it(home, key_file, monkeypatch, written):
    key_file.parent.mkdir()
    key_file.write_text(written)
    key_file.chmod(0o600)
    with pytest.raises(UserError, match="holds no key: it must be 32 bytes in base64") as error:
        vault.key()
    assert written == "" or written not in str(error.value)


def test_a_key_that_others_can_read_is_refused(home, key_file):
    vault.key()
    key_file.chmod(0o644)
    with pytest.raises(UserError, match="can be read by others: chmod 600"):
        vault.key()


def test_a_key_inside_the_workbook_is_refused(home, key_file, monkeypatch):
    monkeypatch.setenv("WORKBOOK_VAULT_KEY_FILE", str(home / "data" / "vault.key"))
    with pytest.raises(UserError, match="inside the workbook"):
        vault.key()
    assert not (home / "data" / "vault.key").exists()


def test_a_pseudonym_is_the_keyed_hmac_of_the_record_key(home, monkeypatch):
    monkeypatch.setenv("WORKBOOK_VAULT_KEY", KEY)
    secret = hmac.new(bytes(range(32)), b"pseudonym/customer/acme\x01", hashlib.sha256).digest()
    expected = base64.b32encode(hmac.new(secret, b"crm:A1", hashlib.sha256).digest()).decode().lower()[:16]
    assert vault.pseudonyms("acme")("crm:A1") == expected


def test_pseudonyms_differ_by_person_data_set_purpose_and_key(home, monkeypatch):
    monkeypatch.setenv("WORKBOOK_VAULT_KEY", KEY)
    ids = {vault.pseudonyms("acme")("crm:1"), vault.pseudonyms("acme")("crm:2"), vault.pseudonyms("other")("crm:1"),
           vault.pseudonyms("acme", "visitor")("crm:1")}
    monkeypatch.setenv("WORKBOOK_VAULT_KEY", base64.b64encode(b"\x07" * 32).decode())
    ids.add(vault.pseudonyms("acme")("crm:1"))
    assert len(ids) == 5
    assert all(len(i) == 16 for i in ids)


def ledger() -> pd.DataFrame:
    return pd.DataFrame({"record_key": ["crm:13800000001", "till:9"], "customer_id": ["a", "b"]})


def test_a_table_of_the_vault_comes_back_and_cannot_be_read_without_the_key(home, key_file):
    tables.save(ledger(), "vault/ledger")
    file = paths.dataset("complete_journey") / "vault" / "ledger.parquet"
    content = file.read_bytes()
    assert content.startswith(b"PARE"), "an encrypted footer starts with PARE, a plain file with PAR1"
    assert b"13800000001" not in content
    assert b"record_key" not in content
    assert tables.load("vault/ledger").equals(ledger())
    assert tables.scan("vault/ledger").order_by("record_key").to_pandas()["customer_id"].tolist() == ["a", "b"]
    assert tables.load_previous("vault/ledger")["record_key"].tolist() == ["crm:13800000001", "till:9"]


def test_another_key_opens_nothing_and_says_what_to_do(home, key_file, monkeypatch):
    tables.save(ledger(), "vault/ledger")
    monkeypatch.setenv("WORKBOOK_VAULT_KEY", KEY)
    with pytest.raises(UserError, match="cannot be decrypted: it was written with another key") as error:
        tables.load("vault/ledger")
    assert "\n" not in str(error.value)


def test_a_vault_without_its_key_is_said_and_no_new_key_is_made(home, key_file):
    tables.save(ledger(), "vault/ledger")
    key_file.unlink()
    with pytest.raises(UserError, match="ledger.parquet is there, its key is not: put vault.key back"):
        tables.load("vault/ledger")
    assert not key_file.exists()


def test_a_change_of_one_byte_is_noticed(home, key_file):
    tables.save(ledger(), "vault/ledger")
    file = paths.dataset("complete_journey") / "vault" / "ledger.parquet"
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    with pytest.raises(UserError, match="cannot be decrypted"):
        tables.load("vault/ledger")


def test_what_never_ran_has_no_previous_table(home, key_file):
    assert tables.load_previous("vault/ledger") is None
