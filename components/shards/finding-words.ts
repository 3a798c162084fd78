import type { AuditFinding } from '../../lib/frames.ts'
import type { BadgeShape, Tone } from '../ui/badge.tsx'

type Kind = AuditFinding['kind']

export const FINDING_LOOKS: Record<Kind, { word: string; tone: Tone; shape: BadgeShape }> = {
  trimmed: { word: 'Records lost', tone: 'bad', shape: 'cross' },
  hole: { word: 'Hole in the keys', tone: 'warn', shape: 'ring' },
  overlap: { word: 'Keys overlap', tone: 'warn', shape: 'half' },
  unknown: { word: 'Unknown shard', tone: 'warn', shape: 'triangle' },
  vanished: { word: 'Shard vanished', tone: 'warn', shape: 'triangle' },
}

/** What a finding means and what becomes of it. */
export const FINDING_HELP: Record<Kind, string> = {
  trimmed:
    'They are not in the numbers and cannot be read any more. A longer retention of the stream leaves more time.',
  hole: 'A split or a merge leaves one for a moment. If it stays, a shard is missing from the list, and its records are not read.',
  overlap: 'A split or a merge leaves one for a moment; it is looked at again by itself.',
  unknown: 'It is looked at again by itself. If it stays, its records are not read.',
  vanished:
    'What was not read there is lost. If the stream was not made anew, its retention is too short for the lag.',
}

const WORST_FIRST: readonly Kind[] = ['trimmed', 'hole', 'overlap', 'vanished', 'unknown']

/** The worst first, and of each kind the oldest. */
export const orderFindings = (findings: readonly AuditFinding[]): AuditFinding[] =>
  findings.toSorted(
    (a, b) => WORST_FIRST.indexOf(a.kind) - WORST_FIRST.indexOf(b.kind) || a.since - b.since,
  )

const ALL_KEYS = 2n ** 128n
const PARTS = 1_000_000_000_000n

/** The part of all hash keys from `hashFrom` to `hashTo`, both inclusive and decimal, 0 to 1. */
export const keyShare = (hashFrom: string, hashTo: string): number =>
  Number(((BigInt(hashTo) - BigInt(hashFrom) + 1n) * PARTS) / ALL_KEYS) / Number(PARTS)
