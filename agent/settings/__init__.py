"""settings: one TOML file and the environment, checked as a whole; gives every part its own frozen section."""

from agent.settings.catalogue import Catalogue
from agent.settings.catch_up import CatchUp
from agent.settings.clouds import CloudSettings, FivestarsSettings, PlainHttpSettings, ProviderSettings
from agent.settings.describing import Described, described
from agent.settings.device import Device
from agent.settings.fleet import Fleet
from agent.settings.lanes import LaneSettings
from agent.settings.page import Page, Staff
from agent.settings.programmes import Condition, Goods, Programme, Rate, Tier
from agent.settings.reconciliation import Reconciliation
from agent.settings.rewards import RewardSettings
from agent.settings.store import CLOSED, WEEKDAYS, Store
from agent.settings.whole import DEFAULT_FILE, Settings, load

__all__ = [
    "CLOSED",
    "DEFAULT_FILE",
    "WEEKDAYS",
    "Catalogue",
    "CatchUp",
    "CloudSettings",
    "Condition",
    "Described",
    "Device",
    "FivestarsSettings",
    "Fleet",
    "Goods",
    "LaneSettings",
    "Page",
    "PlainHttpSettings",
    "Programme",
    "ProviderSettings",
    "Rate",
    "Reconciliation",
    "RewardSettings",
    "Settings",
    "Staff",
    "Store",
    "Tier",
    "described",
    "load",
]
