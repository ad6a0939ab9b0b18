"""Reports of a diagnosis, one file a format."""

from regilink_doctor.report.doctor.full import render_full
from regilink_doctor.report.doctor.machine import check_value, to_json

__all__ = ["check_value", "render_full", "to_json"]
