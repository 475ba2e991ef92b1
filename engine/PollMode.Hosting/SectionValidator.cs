using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace PollMode.Hosting;

/// <summary>Refuses keys in an engine's section that mean nothing: a misspelt one would be ignored otherwise.</summary>
internal sealed class SectionValidator(string engine, IConfiguration section, IReadOnlyList<string> moreKeys) : IValidateOptions<EngineOptions>
{
    private static readonly string[] Known =
    [
        nameof(EngineOptions.Name), nameof(EngineOptions.Ports), nameof(EngineOptions.Egress), nameof(EngineOptions.BurstSize),
        nameof(EngineOptions.Cores), nameof(EngineOptions.KeepOthersOffCores), nameof(EngineOptions.RealTimePriority), nameof(EngineOptions.Workers),
        nameof(EngineOptions.Idle), nameof(EngineOptions.SendRetries),
        nameof(EngineOptions.StageFaults), nameof(EngineOptions.BuffersPerWorker), nameof(EngineOptions.BufferLimitPerWorker), nameof(EngineOptions.MemoryBudgetBytes),
        nameof(EngineOptions.BufferBytes), nameof(EngineOptions.HeadroomBytes), nameof(EngineOptions.LargestPages),
        nameof(EngineOptions.SmallestPages), nameof(EngineOptions.NumaNode), nameof(EngineOptions.HandOffPackets),
        nameof(EngineOptions.StallThreshold),
        nameof(EngineHostOptions.StopHostOnFault), nameof(EngineHostOptions.FaultExitCode),
        nameof(EngineHostOptions.StopHostWhenCompleted), nameof(EngineHostOptions.DrainTimeout),
    ];

    public ValidateOptionsResult Validate(string? name, EngineOptions options)
    {
        if (name != engine)
        {
            return ValidateOptionsResult.Skip;
        }

        string[] known = [.. Known, .. moreKeys];
        string[] unknown = [.. section.GetChildren().Select(child => child.Key).Where(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase))];
        return unknown.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Engine '{engine}': the configuration has no key {string.Join(", ", unknown.Select(key => $"'{key}'"))}; it knows {string.Join(", ", known)}.");
    }
}
