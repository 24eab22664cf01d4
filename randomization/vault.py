"""Where sealed rows are sealed and opened: the one place that holds the key and rows together.

Reading many rows takes no query of its own for each: begin with ``allocations()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db.models import QuerySet

from randomization.errors import KeyMissing, Tampered
from randomization.models import Allocation, AllocationList, ListKey, Slot, Stratum, WrappedKey
from randomization.sealing import (
    AllocationContent,
    BadKeyError,
    BrokenSealError,
    DataKey,
    ListSecret,
    MasterKey,
    SlotContent,
    about_allocation,
    about_list,
    about_slot,
    new_data_key,
)
from trial.models import Participant


def allocations() -> QuerySet[Allocation]:
    """Allocations with everything that opening them needs, in one query."""
    return Allocation.objects.select_related("participant", "slot__stratum__list__wrapped_key")


def master_key() -> MasterKey:
    """The master key of this installation.

    Raises:
        KeyMissing: there is none, or what there is is no key.
    """
    try:
        return MasterKey.read(settings.ALLOCATION_KEY)
    except BadKeyError as error:
        raise KeyMissing from error


def data_key(row: AllocationList) -> DataKey:
    """The data key of a list.

    Raises:
        KeyMissing: the installation's key is not the one it is wrapped under.
    """
    try:
        return master_key().unwrap(row.wrapped_key.wrapped, about_list(row.commitment))
    except (BrokenSealError, WrappedKey.DoesNotExist) as error:
        raise KeyMissing from error


def purpose_key(commitment: str, purpose: str) -> bytes:
    """A key of 32 bytes for something else that is sealed beside a list.

    HKDF-SHA256 (RFC 5869) from the list's data key, so that a new master key changes nothing.

    Raises:
        KeyMissing: there is no such list, or its key does not open here.
    """
    row = AllocationList.objects.select_related("wrapped_key").filter(commitment=commitment).first()
    if row is None:
        raise KeyMissing
    about = f"hermes/1\npurpose\n{purpose}".encode()
    return HKDF(SHA256(), 32, salt=None, info=about).derive(data_key(row).secret)


def keep_secret(row: AllocationList, secret: ListSecret, at: datetime) -> DataKey:
    """Give a new list its data key and seal what it was made from.

    Raises:
        KeyMissing: there is no master key.
    """
    master, key, about = master_key(), new_data_key(), about_list(row.commitment)
    wrap = WrappedKey(
        list=row, wrapped=master.wrap(key, about), master=master.fingerprint, wrapped_at=at
    )
    wrap.save(force_insert=True)
    ListKey(list=row, sealed=secret.seal(key, about)).save(force_insert=True)
    return key


def sealed_slot(
    row: AllocationList, key: DataKey, stratum: Stratum, position: int, content: SlotContent
) -> Slot:
    """A slot, sealed to its place and not saved yet."""
    about = about_slot(row.commitment, stratum.code, position)
    return Slot(stratum=stratum, position=position, sealed=content.seal(key, about))


def sealed_allocation(
    slot: Slot, participant: Participant, content: AllocationContent, at: datetime
) -> Allocation:
    """An allocation, sealed to its slot, participant and moment, and not saved yet.

    Raises:
        KeyMissing: the list cannot be opened here.
    """
    sealed = content.seal(data_key(slot.stratum.list), _about(slot, participant, at))
    return Allocation(participant=participant, slot=slot, sealed=sealed, allocated_at=at)


def list_secret(row: AllocationList) -> ListSecret:
    """Salt and seed of a list.

    Raises:
        KeyMissing, Tampered: it does not open.
    """
    key = data_key(row)
    try:
        return ListSecret.open(key, row.key.sealed, about_list(row.commitment))
    except BrokenSealError as error:
        raise Tampered from error


def slot_content(slot: Slot) -> SlotContent:
    """What a slot holds.

    Raises:
        KeyMissing, Tampered: it does not open.
    """
    row = slot.stratum.list
    about = about_slot(row.commitment, slot.stratum.code, slot.position)
    return _opened(SlotContent, data_key(row), slot.sealed, about)


def content_of(allocation: Allocation) -> AllocationContent:
    """What an allocation holds; its arm is the slot's where the slot has one.

    Raises:
        KeyMissing, Tampered: it does not open, or the two disagree.
    """
    slot, content = allocation.slot, own_content(allocation)
    if not slot.stratum.list.computed and slot_content(slot).arm != content.arm:
        raise Tampered
    return content


def own_content(allocation: Allocation) -> AllocationContent:
    """What an allocation holds by itself, whatever its slot holds.

    Raises:
        KeyMissing, Tampered: it does not open.
    """
    slot = allocation.slot
    about = _about(slot, allocation.participant, allocation.allocated_at)
    return _opened(AllocationContent, data_key(slot.stratum.list), allocation.sealed, about)


def arm_of(allocation: Allocation) -> str:
    """The code of the allocated arm.

    Raises:
        KeyMissing, Tampered: it cannot be read.
    """
    return content_of(allocation).arm


def arms_of(allocations: Iterable[Allocation]) -> Mapping[int, str]:
    """The arms of many allocations, by the participant's key."""
    return {row.participant_id: arm_of(row) for row in allocations}


def _about(slot: Slot, participant: Participant, at: datetime) -> str:
    stratum = slot.stratum
    place = (stratum.list.commitment, stratum.code, slot.position)
    return about_allocation(*place, participant.code, at)


Content = TypeVar("Content", SlotContent, AllocationContent)


def _opened(kind: type[Content], key: DataKey, text: str, about: str) -> Content:
    try:
        return kind.open(key, text, about)
    except BrokenSealError as error:
        raise Tampered from error
