/** What the sampler did in the stochastic test suite when it was last run, case by case. */
import { useEffect, useState } from 'react'
import type { CaseVerdict } from '../../analysis/conformance'
import { Dialog } from '../controls/dialog'
import type { Panel } from '../figure/figure'
import { paperOf, svg } from '../figure/svg'
import { foundPanel, outside, residualPanel } from './panels'
import { fetchRecord, type TrustRecord } from './record'
import './trust.css'
import { grouped } from '../figure/ticks'

export function Trust({ onClose }: { onClose(): void }) {
  const [record, setRecord] = useState<TrustRecord | 'missing'>()
  useEffect(() => {
    fetchRecord().then(setRecord, () => setRecord('missing'))
  }, [])
  return (
    <Dialog title="Trust" className="trust" onClose={onClose}>
      {record === undefined && <p className="muted">Fetching…</p>}
      {record === 'missing' && <p role="alert">The record could not be fetched. Is the line down?</p>}
      {record && record !== 'missing' && <Record record={record} />}
    </Dialog>
  )
}

function Record({ record }: { record: TrustRecord }) {
  const { cases, passedBySuite, passed, replicates, solver, version, seed, events, seconds } = record
  const [shown, setShown] = useState<string>()
  return (
    <>
      <p>
        <strong>
          {passedBySuite} of {cases.length} cases pass by the suite’s own rule
          {passed > passedBySuite && `, ${passed} with an allowance for heavy tails that is ours`}.
        </strong>{' '}
        The discrete stochastic model test suite (Evans, Gillespie and Wilkinson 2008) tabulates the mean and the
        standard deviation of small networks over time. Here “{solver}” of version {version} has sampled each case{' '}
        {grouped(replicates)} times, from seed {seed}: {events.toExponential(2)} events in {seconds} s.
      </p>
      <p className="muted">
        Z measures the mean and should be within ±3, Y the spread, within ±5; one value outside is left to chance, and a
        case with more is run again from another seed: that is the suite’s rule. It takes laws to be nearly normal.
        Where one has heavy tails, a perfect simulator’s Y strays beyond ±5 as well; the second verdict measures Y by
        the spread that the sample’s fourth moment gives it.
      </p>
      <section className="table-scroll" aria-label="Cases">
        <table>
          <thead>
            <tr>
              <th scope="col">Case</th>
              <th scope="col">Model</th>
              <th scope="col">By the suite</th>
              <th scope="col">Tails allowed</th>
              <th scope="col" className="numeric">
                Worst Z
              </th>
              <th scope="col" className="numeric">
                Worst Y
              </th>
              <th scope="col">Outside</th>
              <th scope="col" className="numeric">
                Events
              </th>
            </tr>
          </thead>
          <tbody>
            {cases.map((one) => (
              <Case
                key={one.name}
                one={one}
                record={record}
                open={shown === one.name}
                onToggle={() => setShown(shown === one.name ? undefined : one.name)}
              />
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

interface CaseProps {
  readonly one: CaseVerdict
  readonly record: TrustRecord
  readonly open: boolean
  onToggle(): void
}

function Case({ one, record, open, onToggle }: CaseProps) {
  const link = () => window.location.href
  return (
    <>
      <tr data-verdict={one.suite}>
        <th scope="row">
          <button type="button" className="link" aria-expanded={open} onClick={onToggle}>
            {one.name}
          </button>
        </th>
        <td>{one.title}</td>
        <td>{one.suite}</td>
        <td>{one.verdict}</td>
        <td className="numeric">{one.worstZ.toFixed(2)}</td>
        <td className="numeric">{one.worstY.toFixed(2)}</td>
        <td>{one.why ?? outside(one)}</td>
        <td className="numeric">{one.events.toExponential(1)}</td>
      </tr>
      {open && one.times.length > 0 && (
        <tr>
          <td colSpan={8}>
            <div className="trust-figures">
              <Figure panel={foundPanel(record, one, link)} />
              <Figure panel={residualPanel(record, one, link)} />
            </div>
          </td>
        </tr>
      )}
    </>
  )
}

function Figure({ panel }: { panel: Panel }) {
  return (
    <img src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg(panel, paperOf(120)))}`} alt={panel.summary} />
  )
}
