"""Is it real: control charts, since when, seasons, and extracts that break off."""

from sqaudit.control.change_point import ChangePoint, change_point, change_points
from sqaudit.control.chart import ControlChart, control_chart
from sqaudit.control.composition import CompositionChange, composition_change
from sqaudit.control.design import Design, LeftOut, Rebase, Rules, rebases
from sqaudit.control.false_alarms import FalseAlarms, false_alarms
from sqaudit.control.seasonality import adjusted, class_test, day_classes, exposure, usual_levels
from sqaudit.control.volume import artefact_periods, volume_artefacts

__all__ = [
    "ChangePoint",
    "CompositionChange",
    "ControlChart",
    "Design",
    "FalseAlarms",
    "LeftOut",
    "Rebase",
    "Rules",
    "adjusted",
    "artefact_periods",
    "change_point",
    "change_points",
    "class_test",
    "composition_change",
    "control_chart",
    "day_classes",
    "exposure",
    "false_alarms",
    "rebases",
    "usual_levels",
    "volume_artefacts",
]
