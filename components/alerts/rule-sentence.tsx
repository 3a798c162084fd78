import { type RuleInput, ruleParts } from '../../lib/alert-rule.ts'
import { useCatalog } from '../live/catalog.ts'
import { EventText } from '../ui/event-text.tsx'

/** The sentence of a rule, its keys apart from the words. */
export function RuleSentence({ rule }: { rule: RuleInput }) {
  const { before, keys, after } = ruleParts(useCatalog(), rule)
  return (
    <>
      {before}
      {keys.map(({ words, key }) => (
        <span key={words}>
          {words}
          <EventText text={key} most={80} />
        </span>
      ))}
      {after}
    </>
  )
}
