import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { CodedDto } from '../log/log-dto';

export class ConnectionDto {
  @ApiProperty({
    enum: [
      'none',
      'connecting',
      'declined',
      'not_admin',
      'taken',
      'other_company',
      'connected',
      'suspect',
      'reconnect',
      'expiring',
      'subscription',
    ],
  })
  state: string;
  @ApiProperty({ type: String, nullable: true }) companyName: string | null;
  @ApiProperty({ type: String, nullable: true }) connectedBy: string | null;
  @ApiProperty({ type: String, nullable: true }) connectedAt: string | null;
  @ApiProperty({ type: String, nullable: true }) firstConnectedAt: string | null;
  @ApiPropertyOptional() endsOn?: string;
  @ApiPropertyOptional({ description: 'The other QuickBooks company: a fresh start takes it.' })
  otherCompanyName?: string;
  @ApiPropertyOptional({ type: CodedDto, description: 'What QuickBooks said of the person who connected.' })
  why?: CodedDto;
}

/** Body of `POST /connection/fresh-start`. */
export class FreshStartBody {
  @ApiProperty({ description: 'The name of the other QuickBooks company, typed.' })
  @IsString()
  @Length(1, 200)
  name: string;
}

export class AuthorizeUrlDto {
  @ApiProperty({ description: 'Where the person goes to say yes at Intuit.' }) authorizeUrl: string;
}
