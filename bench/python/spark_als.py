"""The side of Spark in compare_als.py: python spark_als.py <folder with train and test> <cores>."""

import json
import os
import sys
import time

FACTORS, ITERATIONS, REG = 128, 10, 0.07


def main(folder, cores):
    from pyspark.ml.evaluation import RegressionEvaluator
    from pyspark.ml.recommendation import ALS
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(f"local[{cores}]").config("spark.driver.memory", "6g")
    builder = builder.config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", cores).getOrCreate()
    train, test = (
        session.read.csv(f"{folder}/{name}", schema="user int, item int, rating float").cache()
        for name in ("train", "test")
    )
    train.count(), test.count()  # reading is not part of what is measured
    als = ALS(
        rank=FACTORS, maxIter=ITERATIONS, regParam=REG, userCol="user", itemCol="item", seed=0
    )
    begin = time.perf_counter()
    model = als.setRatingCol("rating").setColdStartStrategy("drop").fit(train)
    seconds = time.perf_counter() - begin
    rmse = RegressionEvaluator(labelCol="rating").evaluate(model.transform(test))
    print(json.dumps({"seconds": seconds, "rmse": rmse, "version": session.version}))


if __name__ == "__main__":
    main(*sys.argv[1:])
