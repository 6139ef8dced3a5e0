import { MinLength } from 'class-validator';
import { BaseConfig, Expects } from '../config';

/** Settings of a process with an internal HTTP API. */
export class OperatorConfig extends BaseConfig {
  @Expects('the token of operators and of our own console, at least 16 characters')
  @MinLength(16)
  OPERATOR_TOKEN: string;
}
