/** Hands the studio to components. Select narrowly: a component renders when its own selection changes. */
import { createContext, useContext, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Studio } from '../store/studio'

const StudioContext = createContext<Studio | null>(null)

export const StudioProvider = StudioContext.Provider

export function useStudio(): Studio {
  const studio = useContext(StudioContext)
  if (!studio) throw new Error('useStudio needs a StudioProvider above it')
  return studio
}

type Store = 'studies' | 'runs' | 'sameSeconds' | 'analyses' | 'inference' | 'calibration' | 'map' | 'ensemble' | 'view'
type State<Key extends Store> = ReturnType<Studio[Key]['getState']>

export function useStudies<T>(select: (state: State<'studies'>) => T): T {
  return useStore(useStudio().studies, select)
}

/** How far `useRestedStudies` may be behind. */
const restedMs = 150

/** The same, a few times a second: for what a hand on a slider does not look at. `select` must not change. */
export function useRestedStudies<T>(select: (state: State<'studies'>) => T): T {
  const { studies } = useStudio()
  const [look] = useState(() => () => select(studies.getState()))
  const [value, setValue] = useState(look)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const renew = () => {
      timer = undefined
      setValue(look)
    }
    renew()
    const unfollow = studies.subscribe(() => {
      timer ??= setTimeout(renew, restedMs)
    })
    return () => {
      unfollow()
      clearTimeout(timer)
    }
  }, [studies, look])
  return value
}

export function useRuns<T>(select: (state: State<'runs'>) => T): T {
  return useStore(useStudio().runs, select)
}

export function useSameSeconds<T>(select: (state: State<'sameSeconds'>) => T): T {
  return useStore(useStudio().sameSeconds, select)
}

export function useView<T>(select: (state: State<'view'>) => T): T {
  return useStore(useStudio().view, select)
}

export function useAnalyses<T>(select: (state: State<'analyses'>) => T): T {
  return useStore(useStudio().analyses, select)
}

export function useInference<T>(select: (state: State<'inference'>) => T): T {
  return useStore(useStudio().inference, select)
}

export function useMap<T>(select: (state: State<'map'>) => T): T {
  return useStore(useStudio().map, select)
}

export function useCalibration<T>(select: (state: State<'calibration'>) => T): T {
  return useStore(useStudio().calibration, select)
}

export function useEnsemble<T>(select: (state: State<'ensemble'>) => T): T {
  return useStore(useStudio().ensemble, select)
}
