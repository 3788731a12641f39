import { expose } from 'comlink'
import { createSolverService } from '../src/services/solver-service'

expose(createSolverService())
