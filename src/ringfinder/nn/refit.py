"""A new group head for a trained bundle, its user heads left as they are."""

from collections.abc import Sequence

from ringfinder.nn.bundle import Bundle
from ringfinder.nn.calibrate import judge_groups
from ringfinder.nn.device import choose_device, deterministic
from ringfinder.nn.fit_groups import GroupExamples, train_groups
from ringfinder.nn.fitting import Progress
from ringfinder.nn.group_head import GroupHead
from ringfinder.nn.model import Hybrid, weights_of
from ringfinder.nn.train import GROUP_EPOCHS


def refit_groups(
    bundle: Bundle, parts: Sequence[GroupExamples], *, device: str, seed: int, progress: Progress
) -> Bundle:
    """Train the group head from scratch on these groups; nothing of the old head remains.

    `parts` are the groups of several snapshots, some of them held out to calibrate by. Same bundle,
    parts and seed, same weights.
    """
    chosen = choose_device(device)
    with deterministic(seed):
        model = Hybrid(bundle.dimensions).to(chosen)
        model.load_state_dict(dict(bundle.weights))
        model.group_head = GroupHead(bundle.dimensions.stats).to(chosen)
        train_groups(model, parts, epochs=GROUP_EPOCHS, seed=seed, gentle=False, progress=progress)
        metrics = judge_groups(model, parts, keep=False)
    training = {
        **bundle.training,
        "groups": sum(len(part) for part in parts),
        "started_from": bundle.version,
        "metrics": {**bundle.training["metrics"], "groups": metrics},
    }
    return Bundle(bundle.dimensions, weights_of(model), True, bundle.threshold, training)
