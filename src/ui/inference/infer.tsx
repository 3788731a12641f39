/** Inference in a dialog: the data, what is asked of them, the chains and the posterior. */
import './inference.css'
import { Dialog } from '../controls/dialog'
import { useInference, useStudio } from '../studio'
import { CalibrationStep } from './calibration-step'
import { DataStep } from './data-step'
import { MethodStep } from './method-step'
import { PriorStep } from './prior-step'
import { RunStep } from './run-step'

export function Infer() {
  const { inference } = useStudio()
  const file = useInference((state) => state.file)
  return (
    <Dialog title="Infer parameters from data" className="infer" onClose={() => inference.getState().show(false)}>
      <DataStep />
      {file && (
        <>
          <PriorStep />
          <MethodStep />
          <RunStep />
          <CalibrationStep />
        </>
      )}
    </Dialog>
  )
}
