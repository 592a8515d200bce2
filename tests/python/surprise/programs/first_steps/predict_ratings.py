"""Single predictions under raw ids."""

import sys

from surprise import Dataset, KNNBasic, Reader

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
trainset = data.build_full_trainset()
algo = KNNBasic()
algo.fit(trainset)

uid, iid = str(7), str(12)
prediction = algo.predict(uid, iid, r_ui=4, verbose=True)
print(prediction.uid, prediction.iid, prediction.r_ui, round(float(prediction.est), 6))
algo.predict(7, 12, verbose=True)  # ids of a file are strings
