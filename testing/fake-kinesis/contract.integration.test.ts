import { describeContract } from './contract.testing.ts'
import { KINESIS_MOCK } from './contract-subjects.testing.ts'

// A process of its own, whose events come once a second: too slow for the unit tests.
describeContract(KINESIS_MOCK)
