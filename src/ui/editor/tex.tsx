/** Mathematics, typeset once KaTeX has arrived; the same in plain text until then. */
import { useEffect, useRef, useState } from 'react'

type Katex = typeof import('katex').default

let katex: Katex | undefined
let coming: Promise<Katex> | undefined

/** Fetched once, when first needed and the page has nothing more urgent to do. */
function fetchKatex(): Promise<Katex> {
  coming ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(([module]) => {
    katex = module.default
    return katex
  })
  return coming
}

const whenIdle: (act: () => void) => void =
  typeof requestIdleCallback === 'function'
    ? (act) => requestIdleCallback(act, { timeout: 1500 })
    : (act) => setTimeout(act, 300)

/** KaTeX, or undefined until it is here. Without it (offline, say) the plain text stays. */
export function useKatex(): Katex | undefined {
  const [ready, setReady] = useState(katex)
  useEffect(() => {
    if (ready) return
    let gone = false
    whenIdle(() =>
      fetchKatex().then(
        (module) => !gone && setReady(() => module),
        () => {
          coming = undefined
        },
      ),
    )
    return () => {
      gone = true
    }
  }, [ready])
  return ready
}

interface TexProps {
  readonly katex: Katex | undefined
  readonly tex: string
  readonly plain: string
}

/** KaTeX builds the elements itself, so nothing is ever parsed as HTML; it brings MathML for screen readers. */
export function Tex({ katex, tex, plain }: TexProps) {
  const host = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (!katex || !host.current) return
    // Display style keeps fractions readable from the back of a room.
    katex.render(`\\displaystyle ${tex}`, host.current, {
      output: 'htmlAndMathml',
      throwOnError: false,
      trust: false,
      strict: 'ignore',
    })
  }, [katex, tex])
  return katex ? <span ref={host} className="tex" /> : <span className="tex-plain">{plain}</span>
}
