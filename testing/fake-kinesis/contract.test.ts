import { describeContract } from './contract.testing.ts'
import { QUICK_SUBJECTS } from './contract-subjects.testing.ts'

for (const kind of QUICK_SUBJECTS) describeContract(kind)
