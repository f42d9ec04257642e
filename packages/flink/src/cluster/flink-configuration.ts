/** Flink's own keys and values, as in flink-conf.yaml. */
export type FlinkConfiguration = Readonly<Record<string, string>>;

/** One line an entry; Flink 1.17 reads the text after the first ": " as it is, without YAML's quoting. */
export function flinkConfYaml(configuration: FlinkConfiguration): string {
  return Object.entries(configuration)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
}

/** INFO to the file that `-Dlog.file` names, as Flink's own does. */
export const LOG4J_PROPERTIES = `rootLogger.level = INFO
rootLogger.appenderRef.file.ref = File
appender.file.name = File
appender.file.type = File
appender.file.fileName = \${sys:log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
`;
