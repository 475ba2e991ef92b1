using System.Text.Json.Serialization;

namespace PollMode.Isolation;

/// <summary>Writes and reads what crosses the border as text, without reflection. The same code is on both sides.</summary>
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionStatistics))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class BorderJson : JsonSerializerContext;
