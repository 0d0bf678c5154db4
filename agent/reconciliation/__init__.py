"""reconciliation: takes what was read of a day, says what does not fit: gaps, Z-reports, silence; asks no ledger."""

from agent.reconciliation.finding import Finding, Slip
from agent.reconciliation.numbers import missing_numbers
from agent.reconciliation.quiet import QUIET, quiet_lanes
from agent.reconciliation.shifts import unattached
from agent.reconciliation.z_report import z_reports

__all__ = ["QUIET", "Finding", "Slip", "missing_numbers", "quiet_lanes", "unattached", "z_reports"]
