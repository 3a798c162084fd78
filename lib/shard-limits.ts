/** What Kinesis lets producers put into one shard each second. */
export const RECORDS_PER_SECOND = 1_000
export const BYTES_PER_SECOND = 1_048_576
