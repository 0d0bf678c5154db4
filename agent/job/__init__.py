"""job: takes journal records, gives print jobs (cut, silence, connection end); reads no text."""

from agent.job.cutter import CONTINUE_SECONDS, JobCutter
from agent.job.open_job import Job

__all__ = ["CONTINUE_SECONDS", "Job", "JobCutter"]
