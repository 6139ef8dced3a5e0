import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

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
}

export class AuthorizeUrlDto {
  @ApiProperty({ description: 'Where the person goes to say yes at Intuit.' }) authorizeUrl: string;
}
