import { expose } from 'comlink'
import { createLawService } from '../src/services/law-service'

expose(createLawService())
