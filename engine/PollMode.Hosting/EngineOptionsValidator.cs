using Microsoft.Extensions.Options;

namespace PollMode.Hosting;

/// <summary>Refuses options that contradict themselves, with the sentences of <see cref="EngineOptions.Validate"/>, before anything is opened.</summary>
internal sealed class EngineOptionsValidator(string engine) : IValidateOptions<EngineOptions>
{
    public ValidateOptionsResult Validate(string? name, EngineOptions options)
    {
        if (name != engine)
        {
            return ValidateOptionsResult.Skip;
        }

        IReadOnlyList<string> faults = options.Validate();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.Select(fault => $"Engine '{engine}': {fault}"));
    }
}
