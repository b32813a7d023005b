"""The vault: who a customer is, encrypted, and the key that turns a person's record into a `customer_id`.

Names, phones, e-mails and addresses stay in `vault/` as Parquet with modular encryption (AES-GCM; each file has data keys of
its own, wrapped by the vault's key as RFC 3394 says). Everything after it knows a person by a keyed HMAC-SHA-256 of a record's
key: without the key, numbers cannot be tried out until one fits. The key is 32 random bytes in base64, outside the project:

1. environment variable `WORKBOOK_VAULT_KEY` holds it, or
2. the file that `WORKBOOK_VAULT_KEY_FILE` names, by default `~/.config/customer-workbook/vault.key` (made with mode 0600 when
   it is needed for the first time). Whoever loses it loses the vault, and the customers' ids change.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as encryption
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from helpers import paths
from helpers.errors import UserError

KEY_BYTES = 32
ID_LENGTH = 16  # base32 characters = 80 bits: among a million customers, two share an id with a chance below 1 in 10^12


def _key_file() -> Path:
    named = os.environ.get("WORKBOOK_VAULT_KEY_FILE")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(named) if named else config / "customer-workbook" / "vault.key"


def key() -> bytes:
    """Return the vault's key; the first use makes its file. Raises UserError where it is unsafe or is no key."""
    given = os.environ.get("WORKBOOK_VAULT_KEY")
    if given:
        return _decoded(given, "WORKBOOK_VAULT_KEY")
    file = _key_file()
    inside = [base for base in (paths.PROJECT, paths.home()) if file.resolve().is_relative_to(base.resolve())]
    if inside:
        raise UserError("the vault's key lies inside the workbook: move it out and name it in WORKBOOK_VAULT_KEY_FILE")
    if not file.exists():
        _make(file)
    if file.stat().st_mode & 0o077:
        raise UserError(f"the vault's key can be read by others: chmod 600 {file.name} in its folder")
    return _decoded(file.read_text(encoding="ascii", errors="replace"), f"the key file {file.name}")


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(partial, file)  # unlike a rename, it never replaces the key of a process that was faster
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def _decoded(written: str, where: str) -> bytes:
    try:
        found = base64.b64decode(written.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != KEY_BYTES:
        raise UserError(f"{where} holds no key: it must be {KEY_BYTES} bytes in base64 (openssl rand -base64 {KEY_BYTES})")
    return found


def _derived(purpose: str) -> bytes:
    """Return a key of its own for each purpose (HKDF with one block, RFC 5869: the vault's key is random already)."""
    return hmac.digest(key(), purpose.encode() + b"\x01", "sha256")


# --- pseudonyms


def pseudonyms(dataset: str, purpose: str = "customer"):
    """Return the function record key → `ID_LENGTH` characters a–z2–7: the same key gives the same id, in this data set only."""
    secret = _derived(f"pseudonym/{purpose}/{dataset}")

    def pseudonym(record_key: str) -> str:
        digest = hmac.digest(secret, record_key.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.b32encode(digest).decode("ascii").lower()[:ID_LENGTH]

    return pseudonym


# --- encrypted tables


class _OwnKey(encryption.KmsClient):
    """Wraps the data keys of a file with the vault's key; no server takes part."""

    def wrap_key(self, key_bytes, master_key_identifier):
        return base64.b64encode(aes_key_wrap(_derived("vault"), key_bytes)).decode("ascii")

    def unwrap_key(self, wrapped_key, master_key_identifier):
        return aes_key_unwrap(_derived("vault"), base64.b64decode(wrapped_key))


def _factory() -> tuple:
    """Return a factory without memory: one that lives on would open files with keys that it has seen before."""
    return encryption.CryptoFactory(lambda _: _OwnKey()), encryption.KmsConnectionConfig()


def encrypting():
    """Return the properties with which a Parquet file is written so that only the key's holder can read it."""
    factory, kms = _factory()
    settings = encryption.EncryptionConfiguration(footer_key="vault", uniform_encryption=True, data_key_length_bits=256)
    return factory.file_encryption_properties(kms, settings)


def opened(file: Path) -> pq.ParquetFile:
    """Return an encrypted file for reading; a key that does not fit is said in one line."""
    factory, kms = _factory()
    if not os.environ.get("WORKBOOK_VAULT_KEY") and not _key_file().exists():
        raise UserError(f"{paths.shown(file)} is there, its key is not: put {_key_file().name} back, or name it in "
                        "WORKBOOK_VAULT_KEY_FILE, or move the vault away to begin anew")
    key()
    try:
        return pq.ParquetFile(file, decryption_properties=factory.file_decryption_properties(kms))
    except (InvalidUnwrap, OSError, pa.ArrowInvalid):
        raise UserError(
            f"{paths.shown(file)} cannot be decrypted: it was written with another key, or is damaged; "
            "give the key of that time in WORKBOOK_VAULT_KEY, or move the vault away to begin anew"
        ) from None
