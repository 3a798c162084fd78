/** What Kinesis lets producers put into one shard each second. */
export const RECORDS_PER_SECOND = 1_000
export const BYTES_PER_SECOND = 1_048_576

/** What a shard's bytes are measured in on the screen: 1 MB is 1,048,576 bytes, as its limit counts. */
export const BYTES_PER_MB = 1_048_576
