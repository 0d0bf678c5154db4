"""unlocked: for clouds that cannot lock a reward: takes member and reward, says whether it can be had; calls none."""

from agent.providers.answers import Code, Refused
from agent.providers.people import Basket, Member, Reservation, Reward


def looked_at(member_id: str, member: Member, reward: Reward, basket: Basket) -> Reservation | Refused:
    """Nothing is taken: it is redeemed when the receipt has proved it."""
    offered = next((one for one in member.rewards if one.code == reward.code), None)
    if offered is None:
        return Refused(f"{reward.name or reward.code} cannot be had by this member", Code.BALANCE)
    return Reservation(
        id=f"{basket.sale}/{reward.code}",
        reward=reward.code,
        name=offered.name,
        value=offered.value,
        percent=offered.percent,
        item=offered.item,
        detail={"member": member_id, "cost": offered.cost},
    )
