import { beyondRemedy, beyondWords, isBeyondNews } from '../frame/beyond-words.ts'
import { useCell, useServerNow } from '../live/store.ts'
import { Notice, Notices } from './notice.tsx'

/** Whether the notice has something to say. */
export function useBeyondNews(): boolean {
  const status = useCell('status')
  const now = useServerNow(60_000)
  return status !== undefined && now !== 0 && isBeyondNews(status, now)
}

/** Why events that were put are in no window, and what to do; among others, or by itself as `BeyondNotices`. */
export function BeyondNotice() {
  const status = useCell('status')
  if (status === undefined) return null
  const { toSee, mend } = beyondRemedy(status)
  return (
    <Notice
      tone="info"
      shape="ring"
      word="Beyond history"
      remedy={
        <>
          {toSee}, raise <code>KEEP_HOURS</code> first, replay the file with <code>--at now</code>,
          or {mend} <code>time</code>.
        </>
      }
    >
      {beyondWords(status)}
    </Notice>
  )
}

/** Nothing where no event beyond history came lately. */
export function BeyondNotices() {
  if (!useBeyondNews()) return null
  return <Notices label="Events that no window shows">{[<BeyondNotice key="beyond" />]}</Notices>
}
