"""The library's answers to hidden inputs, made by a process of their own.

It reads the seed as a line and writes JSON. So the process that judges needs
no TensorFlow, and no command line shows the seed to whoever lists processes.
"""

import json
import sys

import numpy as np

from vae_course.checks import library_version
from vae_course.grading.whole_class.arrays import pack_round
from vae_course.grading.whole_class.probes.probe import all_probes


def hidden_inputs(seed):
    """Draw the inputs of all probes.

    Args:
        seed: int, not below 0.

    Returns:
        dict from the number of an exercise to a list of rounds, each a dict
        from name to array, number or word. Those of one exercise depend on
        the seed alone, whatever other exercises there are.
    """
    return {
        number: _rounds(probe, seed) for number, probe in all_probes().items()
    }


def library_answers(hidden):
    """Observe the library's version of every exercise.

    Args:
        hidden: what `hidden_inputs` returned.

    Returns:
        dict from the number of an exercise to a list of rounds, each a dict
        from name to array.
    """
    probes = all_probes()
    answers = {}
    for number, rounds in hidden.items():
        _, answer = library_version(number)
        observe = probes[number].observe
        answers[number] = [observe(answer, **inputs) for inputs in rounds]
    return answers


def _rounds(probe, seed):
    place = [int(part) for part in probe.exercise.split(".")]
    rng = np.random.default_rng([seed, *place])
    return [probe.inputs(rng) for _ in range(probe.rounds)]


def _main():
    from vae_course.runtime import start_tensorflow

    start_tensorflow()
    answers = library_answers(hidden_inputs(int(sys.stdin.readline())))
    packed = {
        number: [pack_round(values) for values in rounds]
        for number, rounds in answers.items()
    }
    json.dump(packed, sys.stdout)


if __name__ == "__main__":
    _main()
