import { type RangeDraft, rangesOf } from '../../store/inference'
import { NumberField } from '../controls/number-field'
import { useInference, useStudies, useStudio } from '../studio'

/** Which parameters are inferred, and what is believed of them before: their ranges. */
export function PriorStep() {
  const { inference } = useStudio()
  const network = useStudies(({ reading }) => reading.problem.network)
  const ranges = useInference((state) => state.settings.ranges)
  const set = (name: string, range: RangeDraft) =>
    inference.getState().set({ ranges: { ...inference.getState().settings.ranges, [name]: range } })
  return (
    <section aria-labelledby="infer-priors">
      <h3 id="infer-priors">What to infer, and between what</h3>
      <section className="table-scroll" aria-label="Ranges of parameters">
        <table>
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Even in the logarithm</th>
            </tr>
          </thead>
          <tbody>
            {rangesOf(network, ranges).map(([name, range]) => (
              <tr key={name} data-off={range.on ? undefined : true}>
                <th scope="row">
                  <label>
                    <input
                      type="checkbox"
                      checked={range.on}
                      onChange={({ target }) => set(name, { ...range, on: target.checked })}
                    />{' '}
                    {name}
                  </label>
                </th>
                <td>
                  <NumberField
                    label={`Least ${name}`}
                    value={range.min}
                    onCommit={(min) => set(name, { ...range, min })}
                  />
                </td>
                <td>
                  <NumberField
                    label={`Most ${name}`}
                    value={range.max}
                    onCommit={(max) => set(name, { ...range, max })}
                  />
                </td>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`${name} even in the logarithm`}
                    checked={range.log}
                    disabled={!(range.min > 0)}
                    onChange={({ target }) => set(name, { ...range, log: target.checked })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Noise />
    </section>
  )
}

const noises = {
  none: 'counts are exact',
  gaussian: 'a normal error',
  dropout: 'molecules are missed, or falsely seen',
} as const

function Noise() {
  const { inference } = useStudio()
  const noise = useInference((state) => state.settings.noise)
  const start = useInference((state) => state.settings.start)
  const courses = useInference((state) => state.settings.mapping.kind === 'courses')
  const { set } = inference.getState()
  const choose = (kind: string) => {
    if (kind === 'gaussian') set({ noise: { kind, sd: 1 } })
    else if (kind === 'dropout') set({ noise: { kind, capture: 0.5, background: 0 } })
    else set({ noise: { kind: 'none' } })
  }
  return (
    <p className="infer-row">
      <label>
        Measurement:{' '}
        <select value={noise.kind} onChange={({ target }) => choose(target.value)}>
          {Object.entries(noises).map(([kind, words]) => (
            <option key={kind} value={kind}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {noise.kind === 'gaussian' && (
        <span className="infer-field">
          of standard deviation{' '}
          <NumberField
            label="Standard deviation of the measurement"
            value={noise.sd}
            min={1e-9}
            onCommit={(sd) => set({ noise: { ...noise, sd } })}
          />
        </span>
      )}
      {noise.kind === 'dropout' && (
        <>
          <span className="infer-field">
            share that is seen{' '}
            <NumberField
              label="Share of molecules that is seen"
              value={noise.capture}
              min={1e-6}
              max={1}
              onCommit={(capture) => set({ noise: { ...noise, capture } })}
            />
          </span>
          <span className="infer-field">
            false ones, on average{' '}
            <NumberField
              label="False molecules, on average"
              value={noise.background ?? 0}
              min={0}
              onCommit={(background) => set({ noise: { ...noise, background } })}
            />
          </span>
        </>
      )}
      {courses && (
        <label>
          Courses start from{' '}
          <select value={start} onChange={({ target }) => set({ start: target.value as typeof start })}>
            <option value="network">the network’s counts at time 0</option>
            <option value="first">their own first rows</option>
          </select>
        </label>
      )}
    </p>
  )
}
