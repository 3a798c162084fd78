import { Bell, RefreshCw, TriangleAlert, WifiOff, X } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import type { FiringAlert } from '../../lib/alert-rule.ts'
import { asSentence, counted } from '../../lib/format.ts'
import { age, moment } from '../../lib/format-time.ts'
import type { Health } from '../../lib/frames.ts'
import { RuleSentence } from '../alerts/rule-sentence.tsx'
import { measured } from '../alerts/rule-words.ts'
import { cameTo, createdAgainOf, isNews } from '../former/created-again.ts'
import { formerPatch } from '../former/former-state.ts'
import { useSeenNews } from '../former/seen-news.ts'
import { useCatalog } from '../live/catalog.ts'
import { useCell, useConnection, useDataAge, useProblem, useServerNow } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'
import styles from './banners.module.css'
import { DemoNotice } from './demo-notice.tsx'
import { useUrlState } from './url-state.ts'

/** What every page says: the connection is lost, the stream or the store is in trouble, something fires. */
export function Banners() {
  const status = useCell('status')
  const problem = useProblem()
  return (
    <div className={styles.banners}>
      <DemoNotice look="bar" />
      <LostBanner />
      <TroubleBanner what="The stream" health={status?.source} />
      <TroubleBanner what="The store" health={status?.store} />
      {problem !== null && (
        <Banner tone="warn" icon={<TriangleAlert />}>
          {problem}
        </Banner>
      )}
      <FiringBanner />
      <CreatedAgainBanner />
    </div>
  )
}

function LostBanner() {
  const { state } = useConnection()
  const data = useDataAge()
  if (state !== 'lost') return null
  return (
    <Banner tone="bad" icon={<WifiOff />}>
      Reconnecting…{data.ms === null ? '' : ` The data is ${age(data.ms)} old.`}
    </Banner>
  )
}

function TroubleBanner({ what, health }: { what: string; health: Health | undefined }) {
  const now = useServerNow(10_000)
  if (health?.kind !== 'trouble') return null
  return (
    <Banner tone="warn" icon={<TriangleAlert />}>
      <span>
        {asSentence(health.problem)} {health.remedy}
      </span>
      <span className={styles.fact}>
        {what}, since {moment(health.since, now)}
      </span>
    </Banner>
  )
}

/** For a day, or until it is put away: what is counted changed, and no figure says so by itself. */
function CreatedAgainBanner() {
  const status = useCell('status')
  const now = useServerNow(10_000)
  const again = createdAgainOf(status)
  const [isSeen, putAway] = useSeenNews(again?.at ?? 0)
  const [, change] = useUrlState()
  if (status === undefined || again === undefined || isSeen || !isNews(status, now)) return null
  return (
    <Banner
      tone="info"
      icon={<RefreshCw />}
      action={
        <>
          <Button size="small" onClick={() => change(formerPatch(again.number - 1))}>
            Former totals
          </Button>
          <Button
            kind="quiet"
            size="small"
            square
            icon={<X />}
            aria-label="Put this away"
            title="Put this away"
            onClick={putAway}
          />
        </>
      }
    >
      <span>
        The stream was deleted and created again at {moment(again.at, now)}: totals, charts and
        alerts count from then.
      </span>
      <span className={styles.fact}>Before: {cameTo(again.former)}</span>
    </Banner>
  )
}

function FiringBanner() {
  const firing = useCell('firing')
  const now = useServerNow(10_000)
  const here = usePathname() === '/alerts'
  const first = firing?.[0]
  if (firing === undefined || first === undefined) return null
  return (
    <Banner
      tone="bad"
      icon={<Bell />}
      action={
        here ? undefined : (
          <Link href="/alerts">
            View<span className={styles.more}>{more(firing)}</span>
          </Link>
        )
      }
    >
      <strong className={styles.rule}>
        <RuleSentence rule={first.rule} />
      </strong>
      <span className={styles.fact}>
        now <Measured alert={first} />
      </span>
      <span className={styles.fact}>since {moment(first.since, now)}</span>
      {here && firing.length > 1 && (
        <span className={styles.fact}>and {firing.length - 1} more</span>
      )}
    </Banner>
  )
}

const more = (firing: readonly FiringAlert[]): string =>
  firing.length > 1 ? ` all ${counted(firing.length, 'alert')}` : ''

function Measured({ alert }: { alert: FiringAlert }) {
  const { text, exact, others } = measured(useCatalog().kpi(alert.rule.kpi), alert.value)
  return (
    <>
      <Figure text={text} exact={exact} size={13} />{' '}
      <Others of={others} className={styles.others} />
    </>
  )
}

function Banner({
  tone,
  icon,
  action,
  children,
}: {
  tone: 'bad' | 'warn' | 'info'
  icon: ReactNode
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <div className={styles.banner} data-tone={tone} role="status">
      {icon}
      <div className={styles.words}>{children}</div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  )
}
