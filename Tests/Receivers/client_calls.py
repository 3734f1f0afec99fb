"""All calls of the client library `netdata`; runs with the interpreter that has it.

  client_calls.py PORT PATH CHART …       what it got, as JSON: {"charts": {CHART: {label: value}}, "alarms": …, …}
"""
import asyncio
import json
import sys

from netdata import Netdata


async def main(port, path, charts):
    client = Netdata("127.0.0.1", port=port, path=path)
    got = {"charts": {}}
    for chart in charts:
        await client.get_chart(chart)
        got["charts"][chart] = client.values
    await client.get_alarms()
    await client.get_allmetrics()
    await client.get_info()
    got.update(alarms=client.alarms, allmetrics=client.metrics, info=client.info)
    await client.close()
    json.dump(got, sys.stdout)


asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
