"""Reports of a diagnosis, one file a format."""

from regilink_doctor.report.doctor.full import render_full
from regilink_doctor.report.doctor.machine import check_value, exit_status, to_json

__all__ = ["check_value", "exit_status", "render_full", "to_json"]
