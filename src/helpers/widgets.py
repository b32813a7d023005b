"""Explorers for JupyterLab: move a slider, see what changes. In a report the same picture stands as a static figure.

A widget belongs to a live kernel only: in an executed notebook it would be an empty box (and can hang the run), so each
explorer returns None there and the notebook shows the figure through report.chart.
"""

import os

import pandas as pd

from helpers.churn import churn_costs
from helpers.i18n import text
from helpers.plots import plots


def is_live() -> bool:
    """Say whether a person sits at the notebook: a kernel, and no run of the pipeline."""
    from IPython import get_ipython

    is_run = any(name in os.environ for name in ("WORKBOOK_STAGING", "PAPERMILL_OUTPUT_PATH"))
    return not is_run and type(get_ipython()).__name__ == "ZMQInteractiveShell"


def _explorer(controls: dict, draw, say):
    """Return a box: the controls, a sentence and a picture that follow them.

    `draw` returns Axes and `say` a sentence, both from the controls' values by name.
    """
    import ipywidgets

    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="760px"))
    words = ipywidgets.HTML()

    def follow(_=None) -> None:
        values = {name: control.value for name, control in controls.items()}
        picture.value = plots.to_png(draw(**values).figure)
        words.value = f"<p>{say(**values)}</p>"

    for control in controls.values():
        control.observe(follow, names="value")
    follow()
    return ipywidgets.VBox([*controls.values(), words, picture])


def _slider(label: str, value: float, low: float, high: float, *, is_share: bool = False):
    import ipywidgets

    step = 0.01 if is_share else max((high - low) / 100, 0.01)
    return ipywidgets.FloatSlider(
        value=value, min=low, max=high, step=step, description=label, continuous_update=False,
        readout_format=".0%" if is_share else ".2f", style={"description_width": "14em"}, layout={"width": "36em"},
    )


# --- churn threshold against expected profit


def profit_axes(curves: pd.DataFrame, *, lines: dict[str, str], marker: float | None = None):
    """Draw profit per customer against the threshold. `lines`: column → translated name; `marker`: the best threshold."""
    axes = plots.line(
        curves, x="threshold", lines=lines, fmt="money2", x_label=text("Contact from this probability up"),
        y_label=text("Profit per customer"), zero=False, colors=(plots.BLUE, plots.GREY, plots.SKY),
    )
    axes.axhline(0, color=plots.PALE, linewidth=1.2, zorder=0)
    plots.format_axis(axes.xaxis, "percent")
    if marker is not None and marker <= 1:
        axes.axvline(marker, color=plots.MUTED, linewidth=1, linestyle=(0, (3, 3)))
    return axes


def threshold_explorer(tested: pd.DataFrame, *, score: str, business, kind: str, current: pd.DataFrame):
    """Return sliders for the assumptions of a retention offer over the profit by threshold; None in an executed run.

    tested: customers whose outcome is known; current: today's list (churn_probability, value_at_stake).
    Raises TooLittleData where dataset.yml lacks the assumptions.
    """
    costs = churn_costs.read_costs(business, kind=kind)
    return build_threshold_explorer(tested, score=score, costs=costs, current=current) if is_live() else None


def build_threshold_explorer(tested: pd.DataFrame, *, score: str, costs: churn_costs.Costs, current: pd.DataFrame):
    """Return the explorer of the churn threshold, whoever looks at it."""

    def assumed(*, success, offer, contact, value_factor, **_) -> churn_costs.Costs:
        return churn_costs.Costs(offer, contact, success, value_factor)

    def draw(*, threshold, **values):
        curve = churn_costs.profit_curve(tested, score=score, costs=assumed(**values))
        return profit_axes(curve, lines={"profit_per_customer": text("profit per customer")}, marker=threshold)

    def say(*, threshold, **values) -> str:
        chosen = tested[score] >= threshold
        profit = churn_costs.contact_profit(tested["churned"], tested["value_at_stake"], assumed(**values))
        listed = current[current["churn_probability"] >= threshold]
        pays = current["churn_probability"] > churn_costs.threshold(current["value_at_stake"], assumed(**values))
        return text(
            "From a probability of {threshold:percent} up, at the latest tested cut-off: {n:count} customers contacted, "
            "{lost:count} "
            "of whom were about to be lost; profit {profit:money}. Today's list: {today:count} customers, expected profit "
            "{expected:money}; contacting only where it pays: {paying:count} customers, {most:money}.",
            threshold=threshold, n=int(chosen.sum()), lost=int((chosen & tested["churned"]).sum()),
            profit=float(profit[chosen.to_numpy()].sum()), today=len(listed),
            expected=churn_costs.expected_profit(listed, assumed(**values)), paying=int(pays.sum()),
            most=churn_costs.expected_profit(current[pays], assumed(**values)),
        )

    controls = {
        "threshold": _slider(text("Contact from this probability up"), 0.5, 0.0, 1.0, is_share=True),
        "success": _slider(text("Share of leavers whom the offer keeps"), costs.success, 0.0, 1.0, is_share=True),
        "offer": _slider(text("Cost of the offer"), costs.offer, 0.0, max(4 * costs.offer, 1.0)),
        "contact": _slider(text("Cost of the contact"), costs.contact, 0.0, max(4 * costs.contact, 1.0)),
        "value_factor": _slider(text("Value of a kept customer (1 = as assumed)"), 1.0, 0.0, 5.0),
    }
    return _explorer(controls, draw, say)


# --- RFM cut points


def segment_axes(summary: pd.DataFrame):
    """Draw the segments' share of customers above their share of revenue."""
    from helpers.segmentation import segmentation

    names = list(summary["segment"])
    return plots.stacked_shares(
        segmentation.shares_wide(summary), label="what", parts={name: text(name) for name in names},
        colors=[plots.color_of(name) for name in names],
    )


def rfm_explorer(customers: pd.DataFrame, *, cuts: dict, as_of: pd.Timestamp, new_days: int):
    """Return sliders for the recency and frequency limits over the segments; None in an executed run.

    `customers` has the columns of segmentation.rfm_table and `segment`, as the notebook chose it; `cuts` are its limits
    (segmentation.cut_points), where the sliders start.
    """
    return build_rfm_explorer(customers, cuts=cuts, as_of=as_of, new_days=new_days) if is_live() else None


def build_rfm_explorer(customers: pd.DataFrame, *, cuts: dict, as_of: pd.Timestamp, new_days: int):
    """Return the explorer of the RFM cut points, whoever looks at it."""
    import ipywidgets

    from helpers.segmentation import segmentation

    def count(label: str, value: float, low: int, high: int):
        return ipywidgets.IntSlider(
            value=int(value), min=low, max=max(high, int(value)), description=label, continuous_update=False,
            style={"description_width": "20em"}, layout={"width": "42em"},
        )

    longest, most = (max(int(customers[name].max()), 1) for name in ("recency_days", "frequency"))
    limits = {measure: [min(cut, top) for cut in cuts[measure]]
              for measure, top in (("recency_days", longest), ("frequency", most))}  # an endless limit stands at the end
    controls = {f"r{score}": count(text("Recency score {score:count}: bought within … days", score=score), cut, 0, longest)
                for score, cut in zip((5, 4, 3, 2), limits["recency_days"], strict=True)}
    controls |= {f"f{score}": count(text("Frequency score {score:count}: from … purchase days", score=score), cut, 1, most)
                 for score, cut in zip((2, 3, 4, 5), limits["frequency"], strict=True)}
    controls["new_days"] = count(text("New: first bought less than … days ago"), new_days, 0, 365)

    def named(*, new_days, **values) -> pd.DataFrame:
        chosen = cuts | {
            "recency_days": sorted(values[f"r{score}"] for score in (5, 4, 3, 2)),
            "frequency": sorted(values[f"f{score}"] for score in (2, 3, 4, 5)),
        }
        return segmentation.name_segments(segmentation.score_rfm(customers, cuts=chosen), as_of=as_of, new_days=new_days)

    def say(**values) -> str:
        changed = int((named(**values)["segment"] != customers["segment"]).sum())
        return text(
            "{changed:count} of {n:count} customers ({share:percent1}) are in another segment than with the notebook's "
            "limits.",
            changed=changed, n=len(customers), share=changed / len(customers),
        )

    return _explorer(controls, lambda **values: segment_axes(segmentation.summarise(named(**values))), say)
