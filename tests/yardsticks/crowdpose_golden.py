"""Reference numbers of the CrowdPose metric, from xtcocotools, on people made up here.

    python -m venv venv && venv/bin/pip install "numpy<2" cython "setuptools<81" matplotlib xtcocotools
    venv/bin/python tests/yardsticks/crowdpose_golden.py crates/eval/tests/data/crowdpose.json

Made with xtcocotools 1.14.3. The people include what evaluators disagree on: annotation id 0, crowds,
people without labelled joints, results without joint scores, ties, more than 20 results in an
image, images without people or results. The run is deterministic.
"""

import contextlib
import io
import json
import random
import sys
import tempfile
from pathlib import Path

import numpy as np
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

JOINTS = 14
TENFOLD = [0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89, 0.79, 0.79]
NAMES = ["AP", "AP50", "AP75", "AR", "AR50", "AR75"]
CROWD_INDICES = [0.0, 0.1, 0.2, 0.5, 0.79, 0.8, 0.95, 0.15, 0.3, 0.05, 0.6, 0.9, 0.19, 1.0]
MANY = 23


def person(draw, identity, image):
    width, height = draw.randint(20, 200), draw.randint(40, 400)
    x, y = draw.randint(0, 300), draw.randint(0, 200)
    keypoints, labelled = [], 0
    for _ in range(JOINTS):
        visible = draw.choice([0, 1, 2, 2, 2])
        labelled += visible == 2
        point = [x + draw.randint(0, width), y + draw.randint(0, height)] if visible else [0, 0]
        keypoints += [*point, visible]
    entry = {
        "id": identity,
        "image_id": image,
        "category_id": 1,
        "bbox": [x, y, width, height],
        "num_keypoints": labelled,
        "keypoints": keypoints,
        "iscrowd": int(draw.random() < 0.1),
    }
    if draw.random() < 0.1:
        entry["num_keypoints"], entry["keypoints"] = 0, [0] * 3 * JOINTS
    return entry


def result(draw, someone):
    size = (someone["bbox"][2] * someone["bbox"][3]) ** 0.5
    spread = size * draw.choice([0.01, 0.02, 0.04, 0.2])
    silent = draw.random() < 0.08
    keypoints = []
    for x, y, visible in zip(*[iter(someone["keypoints"])] * 3):
        if visible == 0:
            x, y = someone["bbox"][:2]
        score = 0 if silent else round(draw.random(), 2)
        keypoints += [round(draw.gauss(x, spread), 1), round(draw.gauss(y, spread), 1), score]
    # Few distinct scores, so that ties occur.
    score = round(draw.random(), 1)
    return {
        "image_id": someone["image_id"],
        "category_id": 1,
        "keypoints": keypoints,
        "score": score,
    }


def scene():
    draw = random.Random(20)
    images = [{"id": 100 + 3 * i, "crowdIndex": c} for i, c in enumerate(CROWD_INDICES)]
    people, results = [], []
    for number, image in enumerate(images):
        for _ in range(0 if number == 3 else draw.randint(1, 4)):
            people.append(person(draw, len(people), image["id"]))
    for someone in people:
        if someone["image_id"] == images[7]["id"]:
            continue
        results += [result(draw, someone) for _ in range(draw.choice([0, 1, 1, 2]))]
    results += [result(draw, people[-1]) for _ in range(MANY)]
    stray = result(draw, people[0])
    stray["image_id"] = images[3]["id"]
    results.append(stray)
    draw.shuffle(results)
    categories = [{"id": 1, "name": "person"}]
    return {"images": images, "annotations": people, "categories": categories}, results


def figures(annotations, results):
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        paths = [Path(folder) / name for name in ("annotations.json", "results.json")]
        for path, value in zip(paths, (annotations, results)):
            path.write_text(json.dumps(value))
        truth = COCO(str(paths[0]))
        found = truth.loadRes(str(paths[1]))
        sigmas = np.array(TENFOLD) / 10.0
        evaluation = COCOeval(truth, found, "keypoints_crowd", sigmas, use_area=False)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        stats = dict(zip(NAMES, map(float, evaluation.stats)))
        # The package rounds these three to four digits; compute them again without rounding.
        levels = zip(("easy", "medium", "hard"), evaluation.split(str(paths[0]), 0.2, 0.8))
        for number, (level, images) in enumerate(levels):
            evaluation.params.imgIds = images
            evaluation.evaluate()
            evaluation.accumulate()
            mean = float(np.mean(evaluation.eval["precision"][:, :, :, 0, :]))
            assert round(mean, 4) == evaluation.stats[6 + number]
            stats[f"AP_{level}"] = mean
    return stats


def main():
    annotations, results = scene()
    golden = {
        "source": "xtcocotools 1.14.3, people made up by tests/yardsticks/crowdpose_golden.py",
        "stats": figures(annotations, results),
        "annotations": annotations,
        "results": results,
    }
    Path(sys.argv[1]).write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
