/**
 * ISO 3166-1: alpha-2 and alpha-3 of every country, five letters each. Events carry alpha-2; QuickBooks wants alpha-3
 * or the full name in addresses (quickbooks.md §14.17).
 */
const PAIRS =
  'AFAFG AXALA ALALB DZDZA ASASM ADAND AOAGO AIAIA AQATA AGATG ARARG AMARM AWABW AUAUS ATAUT AZAZE BSBHS BHBHR BDBGD BBBRB ' +
  'BYBLR BEBEL BZBLZ BJBEN BMBMU BTBTN BOBOL BQBES BABIH BWBWA BVBVT BRBRA IOIOT BNBRN BGBGR BFBFA BIBDI CVCPV KHKHM CMCMR ' +
  'CACAN KYCYM CFCAF TDTCD CLCHL CNCHN CXCXR CCCCK COCOL KMCOM CGCOG CDCOD CKCOK CRCRI CICIV HRHRV CUCUB CWCUW CYCYP CZCZE ' +
  'DKDNK DJDJI DMDMA DODOM ECECU EGEGY SVSLV GQGNQ ERERI EEEST SZSWZ ETETH FKFLK FOFRO FJFJI FIFIN FRFRA GFGUF PFPYF TFATF ' +
  'GAGAB GMGMB GEGEO DEDEU GHGHA GIGIB GRGRC GLGRL GDGRD GPGLP GUGUM GTGTM GGGGY GNGIN GWGNB GYGUY HTHTI HMHMD VAVAT HNHND ' +
  'HKHKG HUHUN ISISL ININD IDIDN IRIRN IQIRQ IEIRL IMIMN ILISR ITITA JMJAM JPJPN JEJEY JOJOR KZKAZ KEKEN KIKIR KPPRK KRKOR ' +
  'KWKWT KGKGZ LALAO LVLVA LBLBN LSLSO LRLBR LYLBY LILIE LTLTU LULUX MOMAC MGMDG MWMWI MYMYS MVMDV MLMLI MTMLT MHMHL MQMTQ ' +
  'MRMRT MUMUS YTMYT MXMEX FMFSM MDMDA MCMCO MNMNG MEMNE MSMSR MAMAR MZMOZ MMMMR NANAM NRNRU NPNPL NLNLD NCNCL NZNZL NINIC ' +
  'NENER NGNGA NUNIU NFNFK MKMKD MPMNP NONOR OMOMN PKPAK PWPLW PSPSE PAPAN PGPNG PYPRY PEPER PHPHL PNPCN PLPOL PTPRT PRPRI ' +
  'QAQAT REREU ROROU RURUS RWRWA BLBLM SHSHN KNKNA LCLCA MFMAF PMSPM VCVCT WSWSM SMSMR STSTP SASAU SNSEN RSSRB SCSYC SLSLE ' +
  'SGSGP SXSXM SKSVK SISVN SBSLB SOSOM ZAZAF GSSGS SSSSD ESESP LKLKA SDSDN SRSUR SJSJM SESWE CHCHE SYSYR TWTWN TJTJK TZTZA ' +
  'THTHA TLTLS TGTGO TKTKL TOTON TTTTO TNTUN TRTUR TMTKM TCTCA TVTUV UGUGA UAUKR AEARE GBGBR USUSA UMUMI UYURY UZUZB VUVUT ' +
  'VEVEN VNVNM VGVGB VIVIR WFWLF EHESH YEYEM ZMZMB ZWZWE';

const ALPHA_3: ReadonlyMap<string, string> = new Map(PAIRS.split(' ').map((pair) => [pair.slice(0, 2), pair.slice(2)]));

/** QuickBooks says GB or UK for the United Kingdom, depending on where it says it. */
const canonical = (country: string): string => (country.toUpperCase() === 'UK' ? 'GB' : country.toUpperCase());

const sameCountry = (left: string, right: string): boolean => canonical(left) === canonical(right);

/** Alpha-3 of an address's country, or undefined where it is the company's own (postings.md §1.13) or unknown. */
export function foreignCountry(country: string, own: string): string | undefined {
  return sameCountry(country, own) ? undefined : ALPHA_3.get(canonical(country));
}

const ALPHA_2: ReadonlyMap<string, string> = new Map([...ALPHA_3].map(([two, three]) => [three, two]));

/** Alpha-2 of a country in either code; undefined for a name or nothing. */
export function alpha2Of(country: string): string | undefined {
  const code = canonical(country);
  return ALPHA_3.has(code) ? code : ALPHA_2.get(code);
}

/** Canada and the United Kingdom: QuickBooks wants a cost account on every item (quickbooks.md §9.4). */
export const wantsCostAccount = (country: string): boolean => ['CA', 'GB'].includes(canonical(country));

export const isUnitedStates = (country: string): boolean => canonical(country) === 'US';
