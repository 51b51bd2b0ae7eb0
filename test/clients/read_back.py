"""Prints what boto3 finds under a key, as JSON: read_back.py ENDPOINT BUCKET KEY"""
import hashlib
import json
import sys
import urllib.parse

import boto3
from botocore.config import Config

endpoint, bucket, key = sys.argv[1:]
client = boto3.client("s3", endpoint_url=endpoint, config=Config(s3={"addressing_style": "path"}))
found = client.get_object(Bucket=bucket, Key=key)
print(json.dumps({
    "sha256": hashlib.sha256(found["Body"].read()).hexdigest(),
    "contentType": found["ContentType"],
    "metadata": {name: urllib.parse.unquote(value) for name, value in found["Metadata"].items()},
}))
