namespace PollMode.EndToEnd;

/// <summary>The stages that a measured engine may have, by name.</summary>
internal static class EngineStages
{
    internal const string MacSwap = "mac-swap";
    internal const string Pass = "pass";

    internal static void Add(PipelineBuilder pipeline, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            _ = name switch
            {
                MacSwap => pipeline.Use<MacSwapStage>(),
                Pass => pipeline.Use<PassStage>(),
                _ => throw new PollModeException($"There is no stage '{name}' to measure; choose {MacSwap} or {Pass}."),
            };
        }
    }
}
