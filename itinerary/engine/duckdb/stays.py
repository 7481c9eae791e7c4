"""The question of `luyin-itinerary derive`, put to DuckDB: stays of four hours within one Beijing day.

python stays.py DROP PLACES SPILL: prints JSON with the seconds it took, the peak memory, and the sums of every day.
"""

import json
import resource
import shutil
import sys
import time

import duckdb

drop, places, spill = sys.argv[1:4]
shutil.rmtree(spill, ignore_errors=True)

db = duckdb.connect(config={"threads": 2, "memory_limit": "4GB", "temp_directory": spill, "preserve_insertion_order": False})
db.execute("CREATE TABLE places AS SELECT code::VARCHAR AS code, region::USMALLINT AS region FROM read_csv(?, header = true, all_varchar = true)", [places])

begun = time.monotonic()
db.execute(
    """
    CREATE TABLE stays AS
    WITH judged AS (
        SELECT subscriber, (time + 28800) // 86400 AS day, time, place.region AS region
        FROM (SELECT *, epoch(strptime(regexp_extract(filename, '([0-9-]{10}T[0-9]{4})/', 1), '%Y-%m-%dT%H%M'))::BIGINT - 28800 AS received
              FROM read_parquet(?, filename = true)) AS event
        JOIN places AS place ON place.code = event.region
        WHERE subscriber >= 9223372036854775808 AND time >= 1546272000 AND time <= received AND received - time <= 172800
          AND kind IN ('attach', 'update', 'handover', 'call', 'message', 'data', 'roaming', 'detach')
    )
    SELECT subscriber, day, region FROM judged GROUP BY subscriber, day, region HAVING max(time) - min(time) >= 14400
    """,
    [drop + "/*/*.parquet"],
)
took = time.monotonic() - begun

days = db.execute(
    """
    SELECT strftime(DATE '1970-01-01' + day::INTEGER, '%Y-%m-%d'), count(*),
           (sum(((subscriber % 1000000007) * (region::UBIGINT + 1)) % 1000000007) % 1000000007)::UBIGINT
    FROM stays GROUP BY day ORDER BY day
    """
).fetchall()

print(
    json.dumps(
        {
            "version": duckdb.__version__,
            "seconds": took,
            "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "days": {day: {"stays": stays, "sum": total} for day, stays, total in days},
        }
    )
)
