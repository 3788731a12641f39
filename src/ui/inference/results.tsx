import { useMemo } from 'react'
import { inDigits, type Posterior } from '../../analysis/inference/infer'
import { methods } from '../../analysis/inference/methods'
import type { InferenceRun } from '../../store/inference'
import { version } from '../../version'
import { atMost } from '../analyses/origin'
import type { Provenance } from '../figure/figure'
import { number } from '../figure/ticks'
import { FigureView } from '../figure/view'
import { download } from '../files/save'
import { useStudies, useStudio } from '../studio'
import { histogramPanel, pairPanel, predictedPanel, tracePanel } from './panels'

/** Pictures of more parameters, and of more times, would bury each other. */
const [mostParameters, mostPredicted] = [6, 24]

/** What the chains say, also while they walk. */
export function Results({ run }: { run: InferenceRun }) {
  const { posterior, predicted, names, chains } = run
  const provenance = useProvenance(run)
  const now = useSliders(names)
  const drawn = chains.some(({ draws }) => draws.length > 0)
  const shown = names.slice(0, mostParameters)
  const figures = useMemo(() => {
    if (!drawn) return { posteriors: [], pairs: [], traces: [] }
    const each = shown.map((_, i) => i)
    return {
      posteriors: each.map((i) => histogramPanel(run, i, now[i], provenance)),
      // Clouds are for when the chains have ended: they would be drawn again at every word of them.
      pairs: (run.status === 'running' ? [] : each).flatMap((b) =>
        each.slice(0, b).map((a) => pairPanel(run, [a, b], [now[a], now[b]], provenance)),
      ),
      traces: each.map((i) => tracePanel(run, i, provenance)),
    }
  }, [run, drawn, shown, now, provenance])
  const overlays = useMemo(
    () => (predicted ?? []).slice(0, mostPredicted).map((one) => predictedPanel(one, provenance)),
    [predicted, provenance],
  )
  if (!drawn) return null
  return (
    <>
      {posterior && <Summary posterior={posterior} run={run} />}
      {names.length > shown.length && <p className="muted">Pictures of the first {shown.length} parameters.</p>}
      <Figures title="What is known of each (thin lines: 95 %; dark line: the slider)" panels={figures.posteriors} />
      <Figures title="Together" panels={figures.pairs} />
      <Figures title="Predicted and measured" panels={overlays} />
      <Figures title="Chains" panels={figures.traces} />
    </>
  )
}

function Figures({ title, panels }: { title: string; panels: readonly ReturnType<typeof tracePanel>[] }) {
  if (panels.length === 0) return null
  return (
    <>
      <h4>{title}</h4>
      <div className="infer-figures">
        {panels.map((panel) => (
          <FigureView key={panel.id} panel={panel} />
        ))}
      </div>
    </>
  )
}

function Summary({ posterior, run }: { posterior: Posterior; run: InferenceRun }) {
  const { studies } = useStudio()
  const { parameters, warnings, error, diagnostics } = posterior
  const moveSliders = () => {
    for (const { name, mean } of parameters) studies.getState().setParameter(name, Number(mean.toPrecision(4)))
  }
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} className="infer-warning" role="note">
          {warning}
        </p>
      ))}
      <section className="table-scroll" aria-label="Posterior">
        <table>
          <thead>
            <tr>
              {['Parameter', 'Mean', 'SD', '2.5 %', 'Median', '97.5 %', 'R-hat', 'ESS bulk', 'ESS tail'].map(
                (title) => (
                  <th key={title} scope="col" className={title === 'Parameter' ? undefined : 'numeric'}>
                    {title}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {parameters.map(({ name, mean, sd, low, median, high, rHat, essBulk, essTail }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {[mean, sd, low, median, high].map(number).map((text, k) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
                  <td key={k} className="numeric">
                    {text}
                  </td>
                ))}
                <td className="numeric">{inDigits(rHat, 3)}</td>
                <td className="numeric">{inDigits(essBulk, 0)}</td>
                <td className="numeric">{inDigits(essTail, 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="muted">
        {error.kind === 'none'
          ? `${methods[run.question.method ?? 'metropolis']?.votes ? 'Steps are decided by votes, not by the likelihood' : 'The likelihood is an estimate by simulation'}: it has no bound. `
          : `Log-likelihoods are within ${atMost(error.value)} of the exact ones${error.kind === 'bound' ? ', proved' : ', by estimate'}. `}
        {Object.entries(diagnostics)
          .map(([name, value]) => `${name} ${number(value)}`)
          .join(', ')}
        .
      </p>
      <p className="infer-row">
        <button type="button" onClick={moveSliders}>
          Move the sliders to the means
        </button>
        <button type="button" onClick={() => saveDraws(run, posterior)}>
          Save the draws
        </button>
      </p>
    </>
  )
}

/** One row per draw: chain, draw, parameters, log-likelihood. */
function saveDraws({ names }: InferenceRun, { draws, logLikelihood }: Posterior): void {
  const [chains, count] = draws.shape
  const rows = [['chain', 'draw', ...names, 'log_likelihood'].join()]
  for (let row = 0; row < chains * count; row++) {
    const values = draws.data.subarray(row * names.length, (row + 1) * names.length)
    rows.push([Math.floor(row / count), row % count, ...values, logLikelihood.data[row]].join())
  }
  download('draws.csv', `${rows.join('\n')}\n`, 'text/csv')
}

function useSliders(names: readonly string[]): readonly number[] {
  const problem = useStudies(({ reading }) => reading.problem)
  return useMemo(
    () =>
      names.map((name) => {
        const index = problem.network.parameters.findIndex((parameter) => parameter.name === name)
        return index < 0 ? Number.NaN : problem.parameters[index]
      }),
    [names, problem],
  )
}

function useProvenance({ question, posterior }: InferenceRun): Provenance {
  const studio = useStudio()
  return useMemo(() => {
    const error = posterior ? `log-likelihood: ${posterior.error.kind} ${posterior.error.value}` : 'not finished'
    const title = `${question.method}, ${question.likelihood}`
    return { version, seed: question.seed ?? 1, methods: [{ solver: 'inference', title, error }], link: studio.link }
  }, [question, posterior, studio])
}
