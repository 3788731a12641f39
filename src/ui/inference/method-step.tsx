import { useEffect, useState } from 'react'
import type { OptionField } from '../../solvers/options'
import { NumberField } from '../controls/number-field'
import { useInference, useStudio } from '../studio'

type Catalogue = Awaited<ReturnType<typeof fetchCatalogue>>

const fetchCatalogue = async () => {
  const [{ methods }, { likelihoods }] = await Promise.all([
    import('../../analysis/inference/methods'),
    import('../../analysis/inference/likelihoods'),
  ])
  return { methods, likelihoods }
}

/** How the posterior is found: a loop over what methods and likelihoods say of themselves. */
export function MethodStep() {
  const { inference } = useStudio()
  const [catalogue, setCatalogue] = useState<Catalogue>()
  const method = useInference((state) => state.settings.method)
  const likelihood = useInference((state) => state.settings.likelihood)
  const chains = useInference((state) => state.settings.chains)
  const seed = useInference((state) => state.settings.seed)
  useEffect(() => {
    let here = true
    void fetchCatalogue().then((found) => here && setCatalogue(found))
    return () => {
      here = false
    }
  }, [])
  if (!catalogue) return null
  const { methods, likelihoods } = catalogue
  const { set } = inference.getState()
  return (
    <section aria-labelledby="infer-method">
      <h3 id="infer-method">How</h3>
      <div className="infer-methods">
        <Choice
          label="Method"
          value={method}
          choices={methods}
          onChange={(id) => set({ method: id })}
          note={methods[method].summary}
        />
        {!methods[method].likelihoodFree && (
          <Choice
            label="Likelihood"
            value={likelihood}
            choices={likelihoods}
            onChange={(id) => set({ likelihood: id })}
            note={likelihoods[likelihood].summary}
          />
        )}
      </div>
      <div className="infer-row">
        <Options id={method} fields={methods[method].options.fields} />
        {!methods[method].likelihoodFree && <Options id={likelihood} fields={likelihoods[likelihood].options.fields} />}
        <span className="infer-field">
          Chains{' '}
          <NumberField
            label="Chains"
            integer
            min={1}
            max={64}
            value={chains}
            onCommit={(value) => set({ chains: value })}
          />
        </span>
        <span className="infer-field">
          Seed{' '}
          <NumberField
            label="Seed of the chains"
            integer
            min={0}
            value={seed}
            onCommit={(value) => set({ seed: value })}
          />
        </span>
      </div>
    </section>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly choices: Readonly<Record<string, { readonly title: string }>>
  readonly note: string
  onChange(id: string): void
}

function Choice({ label, value, choices, note, onChange }: ChoiceProps) {
  return (
    <div>
      <label>
        {label}{' '}
        <select value={value} onChange={({ target }) => onChange(target.value)}>
          {Object.entries(choices).map(([id, { title }]) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <p className="field-help">{note}</p>
    </div>
  )
}

function Options({ id, fields }: { id: string; fields: readonly OptionField[] }) {
  const { inference } = useStudio()
  const given = useInference((state) => state.settings.options[id])
  const change = (name: string, value: number) => {
    const { settings, set } = inference.getState()
    set({ options: { ...settings.options, [id]: { ...settings.options[id], [name]: value } } })
  }
  return fields.map(({ name, title, help, kind, min, max, default: usual }) => (
    <span className="infer-field" key={name} title={help}>
      {title}{' '}
      <NumberField
        label={title}
        integer={kind === 'integer'}
        min={min}
        max={max}
        value={given?.[name] ?? Number(usual)}
        onCommit={(value) => change(name, value)}
      />
    </span>
  ))
}
