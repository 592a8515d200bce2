"""An algorithm and its predictions in a file."""

import os
import sys
import tempfile

from surprise import SVD, Dataset, Reader, dump

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
trainset = data.build_full_trainset()
algo = SVD(random_state=0)
algo.fit(trainset)
predictions = algo.test(trainset.build_testset())

with tempfile.TemporaryDirectory() as folder:
    file_name = os.path.join(folder, "dump_file")
    dump.dump(file_name, algo=algo, predictions=predictions)
    loaded_predictions, loaded_algo = dump.load(file_name)
print(predictions == loaded_algo.test(trainset.build_testset()))
print(predictions == loaded_predictions, type(loaded_algo).__name__)
