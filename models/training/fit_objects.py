"""Step 6: the chance that a detected object is right, from the detector's score and the size of its box.

Fitted on `judged_objects.jsonl`: detections on coco-unlabelled, 28 of each of eight ranges of scores, judged by eye (right: the box holds
a thing of that name; what could not be told was judged wrong). Small boxes are right less often than their scores say. Writes the
coefficients into the pack's `calibration.json`, and prints what ten-fold cross-validation makes of them and the precision from each score on.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

import data


def main():
    rows = [json.loads(line) for line in (Path(__file__).parent / "judged_objects.jsonl").read_text().splitlines()]
    score, area, right = (np.array([row[field] for row in rows]) for field in ("score", "area", "right"))
    logit = np.log(score / (1 - score))
    for name, inputs in (("score alone", logit[:, None]), ("score and area", np.stack([logit, np.log(area)], 1))):
        model = LogisticRegression(C=1e3)
        chance = cross_val_predict(model, inputs, right, cv=10, method="predict_proba")[:, 1]
        loss = -np.log(np.where(right, chance, 1 - chance)).mean()
        bins = (chance * 10).astype(int)
        error = sum(abs(chance[bins == b].sum() - right[bins == b].sum()) for b in range(10)) / len(rows)
        model.fit(inputs, right)
        print(f"{name}: weights {model.coef_[0].round(3)}, bias {model.intercept_[0]:.3f}; loss {loss:.3f}, calibration error {error:.3f}")
        for group, members in (("area below 1 %", area < 0.01), ("area from 1 %", area >= 0.01)):
            print(f"  {group}: {members.sum()}, right {right[members].mean():.2f}, said {chance[members].mean():.2f}")
    path = data.PACK / "calibration.json"
    detector = {"bias": round(model.intercept_[0], 3), "logit": round(model.coef_[0][0], 3), "size": round(model.coef_[0][1], 3)}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"detector": detector}, indent=2) + "\n")
    for least in (0.5, 0.7, 0.8, 0.9, 0.95):
        kept = chance >= least
        print(f"chance from {least}: {kept.sum()} judged, {100 * right[kept].mean():.0f} % right")


if __name__ == "__main__":
    main()
