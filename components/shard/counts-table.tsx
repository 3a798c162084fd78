import type { ReactNode } from 'react'
import { count, exact } from '../../lib/format.ts'
import { Figure } from '../ui/figure.tsx'
import styles from './counts-table.module.css'

export interface CountRow {
  name: string
  value: number
  words: ReactNode
  /** A part of the row before it. */
  part?: boolean
}

/** Counts of one thing by kind, each with what it means. */
export function CountsTable({ caption, rows }: { caption: string; rows: readonly CountRow[] }) {
  return (
    <table className={styles.counts}>
      <caption>{caption}</caption>
      <tbody>
        {rows.map(({ name, value, words, part = false }) => (
          <tr key={name}>
            <th scope="row" className={part ? styles.part : undefined}>
              {name}
            </th>
            <td className={styles.number}>
              <Figure size={13} text={count(value)} exact={exact(value)} />
            </td>
            <td className={styles.words}>{words}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
