import { afterAll, beforeAll, describe, test } from 'vitest'
import { cborContract } from './contract-cbor.testing.ts'
import { fanOutContract } from './contract-fan-out.testing.ts'
import { recordsContract } from './contract-records.testing.ts'
import { refusalsContract } from './contract-refusals.testing.ts'
import { shardsContract } from './contract-shards.testing.ts'
import type { Needs, Subject, SubjectKind } from './contract-subjects.testing.ts'

/** What consumers rely on, held against the fake and two independent servers alike. */
export const describeContract = ({ name, open, lacks }: SubjectKind) =>
  describe(name, () => {
    let subject: Subject
    beforeAll(async () => {
      subject = await open()
    }, 30_000)
    afterAll(() => subject.close())

    const needs: Needs = (...abilities) =>
      test.skipIf(abilities.some((ability) => lacks.includes(ability)))
    for (const contract of [
      recordsContract,
      shardsContract,
      refusalsContract,
      fanOutContract,
      cborContract,
    ]) {
      contract(() => subject, needs)
    }
  })
